import { group } from '../../domain/inputs/definition.ts';
import { custom, type Kind } from '../../domain/inputs/kind.ts';
import { choice, duration, path, text } from '../../domain/inputs/kinds.ts';
import { sloFile } from '../../domain/product.ts';
import { parseTarget } from '../../domain/slo/target.ts';

const target = custom('at least 50% and less than 100%, such as 99.5%', parseTarget);

const targetOrNone: Kind<number | 'none'> = {
  ...target,
  expected: `${target.expected}, or none`,
  parse: (value) => (value === 'none' ? value : target.parse(value)),
};

const counting = { release: {}, watch: {} } as const;

export const objectives = group('Objectives and error budget', {
  slo: {
    kind: target,
    sentence: 'Percentage of requests that must be answered without an error (5xx and 429 are errors).',
    example: '99.9%',
    essential: true,
    usedBy: {
      release: {
        kind: targetOrNone,
        sentence:
          'Percentage of requests that must be answered without an error (5xx and 429 are errors). `none` watches nothing, and each canary step only waits for its time to pass.',
        otherwise: `the objectives in \`${sloFile}\` if that file exists, else \`99.5%\``,
      },
      watch: {
        sentence:
          'Percentage of requests that must be answered without an error (5xx and 429 are errors). Set this, `latency_slo` or `slo_file`.',
        otherwise: 'none',
      },
      rollback: {
        kind: targetOrNone,
        default: '99.5%',
        example: '99%',
        sentence:
          "Percentage of the revision's own requests that must be answered without an error. `none` does not count them.",
      },
    },
  },
  latency_slo: {
    kind: target,
    sentence: 'Percentage of requests that must be answered within `latency_threshold`.',
    example: '95%',
    otherwise: 'none',
    usedBy: { ...counting, capacity: { required: true } },
  },
  latency_threshold: {
    kind: duration('1ms', '60m'),
    sentence: 'Time within which `latency_slo` promises an answer.',
    example: '2s',
    otherwise: 'none',
    usedBy: { ...counting, capacity: { required: true } },
  },
  slo_file: {
    kind: path('the path of a file'),
    shown: 'plain',
    sentence: 'Path of a file with objectives (OpenSLO v1). It replaces `slo` and `latency_slo`.',
    example: sloFile,
    otherwise: 'none',
    usedBy: {
      ...counting,
      doctor: {
        sentence: 'Path of a file with objectives (OpenSLO v1).',
        otherwise: `\`${sloFile}\` if that file exists, else none`,
      },
      slo: {
        sentence: 'Path of the file with objectives (OpenSLO v1) by which releases are judged.',
        otherwise: `\`${sloFile}\``,
      },
    },
  },
  budget_window: {
    kind: duration('1h', '366d'),
    sentence: 'Time over which the error budget is counted.',
    example: '7d',
    otherwise: 'the window of `slo_file`, else `30d`',
    usedBy: counting,
  },
  on_exhausted: {
    kind: choice(['block', 'warn']),
    sentence: 'What to do if the error budget is already spent.',
    example: 'warn',
    default: 'block',
    usedBy: {
      release: {
        sentence:
          'What to do if the error budget is already spent: `block` releases nothing, `warn` goes on.',
      },
      watch: {
        default: 'warn',
        example: 'block',
        sentence:
          'What to do if the error budget is already spent before the watch: `block` ends with outcome `blocked` and exit 1, `warn` goes on.',
      },
    },
  },
  budget_override: {
    kind: text({ expected: 'a reason', maxLength: 500 }),
    sentence: 'Why to go on although the error budget is spent. The reason is kept in the report.',
    example: 'repairs the outage of ticket 4711',
    otherwise: 'none',
    usedBy: counting,
  },
});
