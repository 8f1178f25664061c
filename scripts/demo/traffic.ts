import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningSandbox } from './sandbox.ts';

export interface Counts {
  requests: number;
  bad: number;
  byStatus: Record<string, number>;
  byRevision: Record<string, { requests: number; bad: number }>;
  /** ISO times. */
  firstBad: string | null;
  lastBad: string | null;
}

const images = join(import.meta.dirname, '..', '..', 'examples/smoke/images');

/** Callers with a valid identity who send real images until `stop`. */
export class Traffic {
  readonly #sandbox: RunningSandbox;
  readonly #id: string;

  private constructor(sandbox: RunningSandbox, id: string) {
    this.#sandbox = sandbox;
    this.#id = id;
  }

  static async start(sandbox: RunningSandbox, name: string, rps = 5): Promise<Traffic> {
    const files = readdirSync(images)
      .filter((file) => /^(invoice-en|notice-ko|receipt-ko)\.png$/.test(file))
      .map((file) => join(images, file));
    const { id } = await sandbox.control<{ id: string }>('POST', '/load', {
      function: name,
      rps,
      // They wait for their answers. On a busy machine, more at once would only fill the function's instances.
      in_flight: 5,
      files,
    });
    return new Traffic(sandbox, id);
  }

  async stop(): Promise<Counts> {
    await this.#sandbox.control('DELETE', '/load');
    for (let i = 0; i < 20; i++) {
      const { running } = await this.#sandbox.control<{ running: boolean }>('GET', `/load/${this.#id}`);
      if (!running) break;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    return this.#sandbox.control<Counts>('GET', `/load/${this.#id}`);
  }
}
