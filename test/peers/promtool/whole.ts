/** A thousand random streams: the generated rules under promtool against the domain's own rule of the burn rate. */
import { spawnSync } from 'node:child_process';
import { compare } from './compare.ts';

if (spawnSync('promtool', ['--version']).status !== 0) console.log('Skipped: promtool is not installed.');
else {
  const all = { streams: 0, page: 0, ticket: 0, turns: 0, problems: 0 };
  // Most streams last four hours; some last days, for the windows of the tickets.
  for (const [from, to, step, minutes] of [
    [1, 980, 20, 240],
    [981, 1000, 5, 3 * 1440],
  ] as const)
    for (let first = from; first <= to; first += step) {
      const seeds = Array.from({ length: Math.min(step, to - first + 1) }, (_, i) => first + i);
      const { streams, firing, turns, problems } = compare(seeds, minutes);
      all.streams += streams;
      all.page += firing.page;
      all.ticket += firing.ticket;
      all.turns += turns;
      all.problems += problems.length;
      for (const problem of problems) console.log(`streams ${seeds[0]} to ${seeds.at(-1)}: ${problem}`);
    }
  console.log(
    `${all.streams} streams; the domain fires in ${all.page} (page) and ${all.ticket} (ticket) evaluations and turns ${all.turns} times; ${all.problems} batches differ.`,
  );
  if (all.problems > 0) process.exitCode = 1;
}
