import type { Waves } from './regions.ts';

/** How far one region is. Regions wait for each other by this alone, so it is told at every change of a phase. */
export interface RegionStanding {
  /** -1 until it is built and tested; then the step that it waits for or watches; then `passedAll`, and `agreed`. */
  step: number;
  /** `done`: nothing is left to do here, and it stops nobody. `stopped`: it stopped the release, or was stopped. */
  ended?: 'done' | 'stopped' | undefined;
}

export const preparing = -1;
/** Its last step is over. */
export const passedAll = 1_000_000;
/** Nothing is left that could take it back: it can be promoted as soon as all others can. */
export const agreed = passedAll + 1;

/**
 * True if `region` may begin the step that it waits for. Nobody gets traffic before every region is built and tested. A wave
 * begins when all regions before it have passed, its regions take each step together, and the release ends in all regions at once:
 * what may still fail comes before `agreed`, and after it no region goes back.
 */
export function mayGo(waves: Waves, at: Readonly<Record<string, RegionStanding>>, region: string): boolean {
  const own = at[region];
  if (own === undefined || own.step === preparing) return false;
  const reached = (other: string, step: number) => {
    const { ended, step: where } = at[other] ?? { step: preparing };
    return ended === 'done' || (ended === undefined && where >= step);
  };
  const all = waves.flat();
  if (!all.every((other) => reached(other, 0))) return false;
  if (own.step >= passedAll) return all.every((other) => reached(other, own.step));
  const wave = waves.findIndex((regions) => regions.includes(region));
  return waves.every((regions, i) => {
    if (i > wave) return true;
    return regions.every((other) => reached(other, i < wave ? passedAll : own.step));
  });
}
