import type { Mark } from '../memory.ts';
import type { Scene } from '../scene.ts';

/** Calls the function with a mark in the query, by which its entry in the log is found. */
export async function marked(
  scene: Scene,
  url: string,
  what: string,
  options: { path?: string; token?: string; as?: string; timeoutMs?: number },
): Promise<Mark> {
  const { clock, run } = scene.stage;
  const mark = `${run}-${what}`;
  const { path = '/', ...rest } = options;
  const sentAt = clock.now();
  const answer = await scene.call(`${url.replace(/\/$/, '')}${path}?mark=${mark}`, rest);
  return { mark, sentAt, doneAt: clock.now(), answer };
}
