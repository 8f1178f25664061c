/**
 * Searches 200 services with a known law of latency for their cheapest configuration. Bounds: the cheapest in 95 %, one that breaks the
 * objective in 5 % at most, and in every service 45 % of the calls that the same test takes for every configuration.
 */
import { defaults } from '../../src/domain/capacity/plan.ts';
import { samePoint } from '../../src/domain/capacity/point.ts';
import { isRight, landscapeOf, search } from './support/landscapes.ts';

const count = Number(process.env.LANDSCAPES ?? 200);
const first = Number(process.env.SEED ?? 1);
const test = { missRate: 0.05, error: defaults.error };
const outcomes = Array.from({ length: count }, (_, at) =>
  search(landscapeOf(first + at), { test, trials: defaults.trials, maxCalls: defaults.maxCalls }),
);
const share = (part: number, of = outcomes.length) => `${((100 * part) / Math.max(1, of)).toFixed(1)} %`;
const feasible = outcomes.filter(({ cheapest }) => cheapest);
const right = feasible.filter((one) => isRight(one, test)).length;
const exact = feasible.filter(
  ({ found, cheapest }) => found && cheapest && samePoint(found, cheapest),
).length;
const broken = outcomes.filter(({ misses }) => (misses ?? 0) >= test.missRate).length;
const none = outcomes.filter(({ cheapest }) => !cheapest);
const calls = outcomes.reduce((sum, one) => sum + one.calls, 0);
const grid = outcomes.reduce((sum, one) => sum + one.gridCalls, 0);
const shares = outcomes.map((one) => one.calls / one.gridCalls).sort((a, b) => a - b);
const most = shares.at(-1) ?? 0;
console.log(
  [
    `${count} services from seed ${first}, ${feasible.length} of them with a good configuration`,
    `the cheapest:          ${share(right, feasible.length)} (bound 95 %), exactly that one ${share(exact, feasible.length)}`,
    `breaks the objective:  ${share(broken)} (bound 5 %)`,
    `none, and none said:   ${none.filter(({ found }) => !found).length} of ${none.length}; the others are within the zone between`,
    `calls:                 ${share(calls, grid)} of the grid's, median ${share(shares[Math.floor(count / 2)] ?? 0, 1)}, most ${share(most, 1)} (bound 45 %)`,
    `calls of one search:   mean ${Math.round(calls / count)}, most ${Math.max(...outcomes.map((one) => one.calls))}; configurations: most ${Math.max(...outcomes.map((one) => one.trials))}`,
    `ended without an end:  ${outcomes.filter((one) => !one.final).length}`,
  ].join('\n'),
);
if (right < 0.95 * feasible.length || broken > 0.05 * count || most > 0.45) process.exitCode = 1;
