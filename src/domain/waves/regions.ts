import { parseList } from '../data/parse.ts';

/** Regions of one release, in waves: all regions of a wave get traffic at the same time, and the next wave waits for them. */
export type Waves = readonly (readonly string[])[];

const shape = /^[a-z]+-[a-z]+\d+$/;
/** More regions than this in one job would take too long for one login and one time limit. */
const most = 12;

/** `europe-west1; asia-northeast3, us-central1`: waves by semicolons, regions by commas or newlines. */
export function parseWaves(text: string): Waves {
  const parts = text.split(';');
  // A semicolon at the end of the last line is no empty wave.
  if (parts.length > 1 && parts.at(-1)?.trim() === '') parts.pop();
  const waves = parts.map((part) => parseList(part));
  const all = waves.flat();
  if (waves.some((wave) => wave.length === 0))
    throw new Error('expected at least one region in each wave, such as europe-west1; us-central1');
  if (!all.every((region) => shape.test(region))) throw new Error('expected regions such as us-central1');
  if (new Set(all).size < all.length) throw new Error('expected each region once');
  if (all.length > most) throw new Error(`expected at most ${most} regions`);
  return waves;
}
