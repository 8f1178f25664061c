import { parsePercentage } from '../data/parse.ts';

/** `99.5%` as a fraction. Below 50 % and at 100 % there is nothing to watch, so both are refused. */
export function parseTarget(raw: string): number {
  const target = parsePercentage(raw);
  if (!(target >= 0.5 && target < 1))
    throw new Error('expected at least 50% and less than 100%, such as 99.5%');
  return target;
}
