import { type CellResult, configs, drivers } from './cells.ts';

const count = <T>(items: readonly T[], of: (item: T) => string): Map<string, number> => {
  const found = new Map<string, number>();
  for (const item of items) found.set(of(item), (found.get(of(item)) ?? 0) + 1);
  return found;
};

const shown = (counts: Map<string, number>) =>
  [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([name, n]) => `${name} ${n}`)
    .join(', ');

/** Prints the grid and returns the number of violations. */
export function printGrid(results: readonly CellResult[], seconds: number, planned: number): number {
  const groups = drivers.flatMap((driver) => [...configs.entries()].map((entry) => ({ driver, entry })));
  for (const { driver, entry } of groups) {
    const [index, config] = entry;
    const own = results.filter((result) => result.config === index && result.driver === driver);
    if (own.length === 0) continue;
    console.log(`\n${driver}: ${config.name}`);
    for (const scenario of config.scenarios) {
      const cells = own.filter((result) => result.scenario === scenario);
      if (cells.length === 0) continue;
      console.log(`  ${scenario}`);
      for (const { name } of config.faults) {
        const row = cells.filter((result) => result.fault === name && result.met);
        if (row.length === 0) continue;
        const bad = row.filter((result) => result.violations.length > 0).length;
        const slowest = Math.max(...row.map((result) => result.seconds));
        console.log(
          `    ${name.padEnd(22)} ${String(row.length).padStart(4)} cells  ${bad === 0 ? '0 violations' : `${bad} VIOLATIONS`}  ${shown(count(row, (result) => result.outcome))}  (settled by: ${shown(count(row, (result) => result.settledBy))}; slowest ${slowest.toFixed(0)} s)`,
        );
      }
    }
  }
  const violations = results.reduce((sum, result) => sum + result.violations.length, 0);
  const met = results.filter((result) => result.met).length;
  console.log(
    `\n${results.length} of ${planned} cells ran, ${met} met their fault, in ${Math.round(seconds)} s: ${violations} violations`,
  );
  return violations;
}
