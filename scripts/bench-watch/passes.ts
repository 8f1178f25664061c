import { decide } from '../../src/domain/evidence/decide.ts';
import { advance, type EvidencePlan, startEvidence } from '../../src/domain/evidence/state.ts';
import { poisson, random } from './random.ts';
import { limit, pollSeconds, watchSeconds } from './scenes.ts';

const plan: EvidencePlan = {
  tests: [{ objective: 'availability', limit, stream: 'users' }],
  alpha: 0.001,
  splitSeconds: watchSeconds,
  fullSeconds: watchSeconds,
};
const lag = 10;
const share = 0.1;

interface Passes {
  passed: number;
  seconds: number | undefined;
}

/** Runs whole watches, each of which ends at its first decision, good or bad. */
function run(rate: number, rps: number, phase: 'split' | 'full', trials: number, seed: number): Passes {
  const next = random(seed);
  const times: number[] = [];
  for (let trial = 0; trial < trials; trial++) {
    const state = startEvidence(plan);
    for (let t = pollSeconds; t <= watchSeconds + lag; t += pollSeconds) {
      const seen = t - lag >= pollSeconds ? pollSeconds : 0;
      const bad = poisson(next, rps * seen * rate);
      const candidate = { total: bad + poisson(next, rps * seen * (1 - rate)), bad };
      const baselineBad = phase === 'full' ? 0 : poisson(next, ((rps * (1 - share)) / share) * seen * 0.001);
      const baseline = {
        total: Math.max(baselineBad, Math.round(((rps * (1 - share)) / share) * seen)),
        bad: baselineBad,
      };
      const cells = [{ test: 0, phase, share: phase === 'split' ? share : undefined, candidate, baseline }];
      advance(plan, state, { seconds: t, phase, cells });
      const { kind } = decide(plan, state, { phase, dwell: t, lag });
      if (kind === 'pass') times.push(t);
      if (kind !== 'undecided') break;
    }
  }
  times.sort((a, b) => a - b);
  return { passed: times.length / trials, seconds: times[times.length >> 1] };
}

/** How soon a good release passes, and how often a bad one passes before it is found (the bound is 5 %). */
export function passTable(trials: number, seed: number): string[] {
  const rates = [0.001, 0.005, 0.0075, 0.01, 0.05];
  const phases = ['split', 'full'] as const;
  const columns = phases.flatMap((phase) => [1, 10, 100].map((rps) => ({ phase, rps })));
  const lines = [
    '### Passed: % of the watches · median seconds (for a rate at or beyond the limit the bound is 5 %)',
    '',
  ];
  lines.push(
    `| errors | ${columns.map(({ phase, rps }) => `${phase === 'split' ? '10 %' : '100 %'}, ${rps} rps`).join(' | ')} |`,
  );
  lines.push(`|--:|${columns.map(() => '--:').join('|')}|`);
  for (const [i, rate] of rates.entries()) {
    const texts = columns.map(({ phase, rps }, j) => {
      const { passed, seconds } = run(rate, rps, phase, trials, seed * 100 + i * 10 + j);
      return `${(100 * passed).toFixed(1)} %${seconds === undefined ? '' : ` · ${seconds} s`}`;
    });
    lines.push(`| ${Number((100 * rate).toFixed(2))} % | ${texts.join(' | ')} |`);
  }
  return [...lines, ''];
}
