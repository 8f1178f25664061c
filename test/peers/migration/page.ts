import { parse } from 'yaml';
import type { Sandbox } from '../../../sandbox/index.ts';
import { blocks } from '../../docs/pages.ts';

/** What a migration page shows, with the names of a sandbox. */
export class Page {
  readonly #page: string;
  readonly #sandbox: Sandbox;

  constructor(page: string, sandbox: Sandbox) {
    this.#page = `docs/set-up/${page}.md`;
    this.#sandbox = sandbox;
  }

  #here(text: string): string {
    const { project, region, env } = this.#sandbox;
    return text
      .replace(
        /projects\/\d+\/locations\/global\/workloadIdentityPools\/[\w/-]+/g,
        env.WORKLOAD_IDENTITY_PROVIDER ?? '',
      )
      .replace(/\b(acme-prod|my-project)\b/g, project)
      .replace(/\b[a-z0-9-]+-docker\.pkg\.dev\b/g, new URL(env.GHA_ENDPOINT_OVERRIDE_registry ?? '').host)
      .replace(/\beurope-west1\b/g, region);
  }

  /** The commands of the blocks for a shell that hold these words. */
  shell(words: string): string {
    const found = blocks(this.#page).filter(
      ({ language, text }) => language === 'sh' && text.includes(words),
    );
    if (found.length === 0) throw new Error(`${this.#page} has no block with ${words}`);
    return this.#here(found.map(({ text }) => text).join(''));
  }

  /** The inputs of a step in the first block of the page that is a workflow, before or after the change. */
  inputs(uses: string, when: 'before' | 'after'): Record<string, string> {
    const steps = this.workflow(when).flatMap((step) =>
      String(step.uses).startsWith(uses) ? [step.with] : [],
    );
    if (!steps[0]) throw new Error(`${this.#page} does not use ${uses}`);
    return Object.fromEntries(Object.entries(steps[0]).map(([name, value]) => [name, String(value)]));
  }

  workflow(when: 'before' | 'after'): { uses?: string; run?: string; with?: Record<string, unknown> }[] {
    const block = blocks(this.#page).find(({ language }) => language === 'diff' || language === 'yaml');
    const isDiff = block?.language === 'diff';
    const lines = (block?.text ?? '').split('\n');
    const text = isDiff
      ? lines.filter((line) => !line.startsWith(when === 'before' ? '+' : '-')).map((line) => line.slice(1))
      : lines;
    const value = parse(this.#here(text.join('\n')));
    return Array.isArray(value) ? value : (value.steps ?? value.jobs.deploy.steps);
  }
}
