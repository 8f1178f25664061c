import { group } from '../../domain/inputs/definition.ts';
import { custom } from '../../domain/inputs/kind.ts';
import { choice, duration, integer, percentage } from '../../domain/inputs/kinds.ts';

const counting = { release: {}, watch: {} } as const;
const ending = choice(['promote', 'hold', 'roll_back']);

function parseAlpha(value: string): number {
  const alpha = Number(value);
  if (alpha > 0 && alpha <= 0.1) return alpha;
  throw new Error('expected a probability above 0 and at most 0.1, such as 0.001');
}

export const decision = group('How a watch decides', {
  policy: {
    kind: choice(['evidence', 'burn-rate', 'threshold']),
    sentence:
      'Rule that decides: `evidence` (a sequential test that limits false alarms), `burn-rate` (several windows, as in the SRE workbook) or `threshold` (an error rate, counted crossings). The last two do not limit false alarms.',
    example: 'burn-rate',
    default: 'evidence',
    usedBy: counting,
  },
  alpha: {
    kind: custom('a probability above 0 and at most 0.1, such as 0.001', parseAlpha),
    sentence: 'Probability that a healthy revision fails the watch, however often the watch looks.',
    example: '0.01',
    otherwise: '`0.001`, or the value of the watch that is continued',
    usedBy: { watch: {} },
  },
  threshold_rate: {
    kind: percentage,
    sentence: 'Error rate that counts as a crossing, for `policy: threshold`.',
    example: '1%',
    otherwise: 'what the objective allows',
    usedBy: counting,
  },
  threshold_window: {
    kind: duration('1s', '24h'),
    sentence: 'Time over which the error rate is measured, once a minute, for `policy: threshold`.',
    example: '5m',
    default: '60s',
    usedBy: counting,
  },
  threshold_failures: {
    kind: integer(0, 1000),
    sentence: 'Number of crossings that are tolerated, for `policy: threshold`.',
    example: '0',
    default: '3',
    usedBy: counting,
  },
  client_errors: {
    kind: choice(['compare', 'ignore', 'count']),
    sentence:
      'How answers of 4xx other than 429 count. `compare`: while traffic is split, the new revision fails if it gives more of them than the old one, and at 100 % the release stops if most answers of several minutes in a row are 4xx and were not before. `ignore` only shows them. `count`: they are errors under `slo`. Requests that Google refuses before they reach the function count in no case.',
    example: 'count',
    default: 'compare',
    usedBy: counting,
  },
  on_too_few_requests: {
    kind: ending,
    sentence: 'What to do if too few requests came to decide.',
    example: 'hold',
    default: 'promote',
    usedBy: {
      release: {
        sentence:
          'What to do if too few requests came to decide. `promote` warns about what could not be seen.',
      },
      watch: {
        sentence:
          'What to do if too few requests came to decide. `promote` exits with 0 and warns about what could not be seen; `hold` and `roll_back` exit with 1, and the output `next` says which.',
      },
    },
  },
  on_blind: {
    kind: ending,
    sentence: 'What to do if the requests could not be counted, or traffic vanished.',
    example: 'roll_back',
    default: 'hold',
    usedBy: counting,
  },
  on_client_errors: {
    kind: ending,
    sentence:
      'What to do with `client_errors: compare` if at 100 % most answers are 4xx for minutes. Without another revision beside it, the new one and its callers look alike.',
    example: 'roll_back',
    default: 'hold',
    usedBy: counting,
  },
  on_platform: {
    kind: ending,
    sentence: 'What to do if both revisions fail alike. No rollback cures that.',
    example: 'roll_back',
    default: 'hold',
    usedBy: counting,
  },
});
