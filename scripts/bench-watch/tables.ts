import { limit, type Scene, scenes } from './scenes.ts';
import type { Cell, Outcome } from './simulate.ts';

const all = scenes();
const sceneOf = (cell: Cell) => all[cell.scene] as Scene;
const percent = ({ taken, trials }: Outcome) => {
  const value = (100 * taken) / trials;
  return value === 0 ? '0' : value.toFixed(value < 0.1 ? 3 : value < 10 ? 2 : 1);
};

function cellText(outcome: Outcome | undefined, kind: Scene['kind']): string {
  if (!outcome) return '';
  if (kind !== 'bad') return `${percent(outcome)} %`;
  const when = outcome.seconds === undefined ? '-' : `${outcome.seconds} s`;
  return `${percent(outcome)} % · ${when} · ${outcome.bad}`;
}

const titles: Record<Scene['kind'], string> = {
  healthy: 'Healthy releases: % taken back by mistake',
  bad: 'Bad releases: % taken back · median seconds from the onset · median bad requests served',
  trade: 'Worse than before but within the objective, so either is acceptable: % taken back',
};

/** Prints one Markdown table for each kind of scene. */
export function table(cells: readonly Cell[]): string[] {
  const lines: string[] = [
    '',
    `Objective ${100 * (1 - limit)} %, watch of 30 min, looks every 10 s. rps is the candidate's own traffic.`,
    '',
  ];
  for (const kind of ['healthy', 'bad', 'trade'] as const) {
    const own = cells.filter((cell) => sceneOf(cell).kind === kind);
    if (own.length === 0) continue;
    // A rule that compares has no outcome where all traffic is the candidate's.
    const rules = [...new Set(own.flatMap(({ outcomes }) => outcomes.map(({ rule }) => rule)))];
    lines.push(
      `### ${titles[kind]}`,
      '',
      `| scene | share | rps | ${rules.join(' | ')} |`,
      `|:--|--:|--:|${rules.map(() => '--:').join('|')}|`,
    );
    for (const cell of own) {
      const { name, share, rps } = sceneOf(cell);
      const texts = rules.map((rule) =>
        cellText(
          cell.outcomes.find((one) => one.rule === rule),
          kind,
        ),
      );
      lines.push(`| ${name} | ${100 * share} % | ${rps} | ${texts.join(' | ')} |`);
    }
    lines.push('');
  }
  return lines;
}

/** P(fewer than `events`) for a Poisson variate with this mean. */
export function chanceOfFewer(events: number, mean: number): number {
  let term = Math.exp(-mean);
  let sum = 0;
  for (let k = 0; k < events; k++) {
    sum += term;
    term *= mean / (k + 1);
  }
  return sum;
}

/** The healthy cells of each rule whose count of mistakes chance does not explain, under the names that `named` gives to outcomes. */
export function everyBound(
  cells: readonly Cell[],
  named: (outcome: Outcome) => string,
): { good: boolean; text: string }[] {
  const healthy = cells
    .filter((cell) => sceneOf(cell).kind === 'healthy')
    .flatMap(({ outcomes }) => outcomes);
  return [...new Set(healthy.map(named))].map((name) => {
    const own = healthy.filter((outcome) => named(outcome) === name);
    const worst = own.reduce((a, b) => (b.taken / b.trials > a.taken / a.trials ? b : a));
    const good = own.every(
      ({ taken, trials }) => 1 - chanceOfFewer(taken, 0.001 * trials) >= 0.01 / healthy.length,
    );
    return {
      good,
      text: `${name}: healthy releases taken back, at most 0.1 % in every cell (worst ${percent(worst)} %: ${worst.taken} of ${worst.trials})`,
    };
  });
}

/** Checks the bounds. A scene breaks the bound on healthy releases only if chance does not explain its count. */
export function checks(
  cells: readonly Cell[],
  cost: { median: number; most: number },
  others: readonly { good: boolean; text: string }[] = [],
): { lines: string[]; missed: number } {
  const lines = ['### Bounds', ''];
  let missed = 0;
  const note = (good: boolean, text: string) => {
    lines.push(`- ${good ? '✓' : '✗'} ${text}`);
    if (!good) missed++;
  };
  const ours = (pattern: RegExp, rps: number, share: number) => {
    const cell = cells.find((other) => {
      const scene = sceneOf(other);
      return pattern.test(scene.name) && scene.rps === rps && scene.share === share;
    });
    return cell?.outcomes[0];
  };
  const healthy = cells.filter((cell) => sceneOf(cell).kind === 'healthy');
  if (healthy.length > 0) {
    const worst = healthy
      .map((cell) => cell.outcomes[0] as Outcome)
      .reduce((a, b) => (b.taken / b.trials > a.taken / a.trials ? b : a));
    const unlikely = healthy.filter(({ outcomes }) => {
      const outcome = outcomes[0] as Outcome;
      return 1 - chanceOfFewer(outcome.taken, 0.001 * outcome.trials) < 0.01 / healthy.length;
    });
    note(
      unlikely.length === 0,
      `healthy releases taken back: at most 0.1 % in every cell (worst ${percent(worst)} %: ${worst.taken} of ${worst.trials})`,
    );
  }
  const outage = ours(/^50 %/, 100, 0.1);
  if (outage)
    note(
      (outage.seconds ?? 1e9) <= 20 && outage.bad <= 1100,
      `50 % errors at 100 rps: ${outage.seconds} s, ${outage.bad} bad requests (20 s, about 1 000)`,
    );
  const weak = ours(/^1 %/, 1, 0.1);
  if (weak)
    note(
      weak.taken / weak.trials >= 0.85,
      `weak cell, 1 rps and 1 % errors: ${percent(weak)} % found (85 %)`,
    );
  for (const [rps, seconds] of [
    [1, 140],
    [10, 30],
    [100, 20],
  ] as const) {
    const late = ours(/^late/, rps, 0.1);
    // Medians are multiples of the time between two looks, so a difference of one look does not count.
    if (late)
      note(
        (late.seconds ?? 1e9) <= seconds + 10 && late.taken === late.trials,
        `late failure at ${rps} rps: ${late.seconds} s after the onset (${seconds} s)`,
      );
  }
  note(
    cost.most < 1000,
    `a look at the 10 000th poll costs ${cost.median.toFixed(0)} µs, ${cost.most.toFixed(0)} in one of a hundred looks (1 000)`,
  );
  for (const { good, text } of others) note(good, text);
  lines.push('');
  return { lines, missed };
}
