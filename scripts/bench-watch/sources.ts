import { evidence, type Rule } from './rules.ts';
import type { Cell } from './simulate.ts';
import { everyBound } from './tables.ts';

/**
 * How late the counts of each source are by default: seconds after the end of a step, and the length of a step. A program of
 * `source: command` says itself how late it is; one that counts a minute after its end is as late as the row of `command`.
 */
const sources = [
  { names: 'logs', lag: 10, step: 10 },
  { names: 'prometheus', lag: 20, step: 30 },
  { names: 'loki', lag: 20, step: 60 },
  { names: 'command', lag: 60, step: 60 },
  { names: 'datadog', lag: 120, step: 60 },
  { names: 'cloudwatch, newrelic', lag: 180, step: 60 },
  { names: 'metrics', lag: 240, step: 60 },
] as const;

/** The decision that ships, on the counts of each source. */
export const sourceRules = (): Rule[] =>
  sources.map(({ names, lag, step }) => ({
    ...evidence(lag, step),
    name: `${names} (${lag} s, steps of ${step} s)`,
  }));

/** The bound holds for each source in each scene. */
export const sourceChecks = (cells: readonly Cell[]): { good: boolean; text: string }[] =>
  everyBound(cells, (outcome) => outcome.rule);
