import {
  parseCpuChoices,
  parseDecimal,
  parseMemoryChoices,
  parseNumberChoices,
} from '../../domain/capacity/choices.ts';
import { defaults } from '../../domain/capacity/plan.ts';
import { group } from '../../domain/inputs/definition.ts';
import { custom } from '../../domain/inputs/kind.ts';
import { boolean, duration, integer } from '../../domain/inputs/kinds.ts';

const capacity = { capacity: {} } as const;

export const capacityGroup = group('Capacity', {
  rate: {
    kind: custom('requests a second, from 0.1 to 200', parseDecimal(0.1, 200)),
    sentence:
      'Requests a second at which the objective is to be kept. They arrive as those of independent users do: the rate does not fall when the answers are slow.',
    example: '5',
    usedBy: { capacity: { required: true } },
  },
  cpu_choices: {
    kind: custom('CPUs such as 0.5, 1, 2', parseCpuChoices),
    sentence: 'CPUs of an instance to choose from.',
    example: '1, 2',
    default: '1, 2, 4',
    usedBy: capacity,
  },
  memory_choices: {
    kind: custom('amounts of memory such as 512Mi, 1Gi', parseMemoryChoices),
    sentence: 'Amounts of memory of an instance to choose from.',
    example: '1Gi, 2Gi',
    default: '512Mi, 1Gi, 2Gi, 4Gi',
    usedBy: capacity,
  },
  concurrency_choices: {
    kind: custom('whole numbers from 1 to 1000', parseNumberChoices(1000)),
    sentence: 'Requests that one instance handles at a time to choose from.',
    example: '1, 4',
    default: '1, 2, 4, 8',
    usedBy: capacity,
  },
  instance_choices: {
    kind: custom('whole numbers from 1 to 1000', parseNumberChoices(1000)),
    sentence: 'Largest numbers of instances to choose from. More are never started.',
    example: '2, 4',
    default: '1, 2, 4, 8',
    usedBy: capacity,
  },
  max_calls: {
    kind: integer(1, 100_000),
    sentence: 'Requests that the whole measurement may send, warm-up included. One that hangs counts too.',
    example: '1000',
    default: String(defaults.maxCalls),
    usedBy: capacity,
  },
  max_cost: {
    kind: custom('dollars, from 0.01 to 1000', parseDecimal(0.01, 1000)),
    sentence:
      'Most that the measurement may cost on Cloud Run, in dollars of the dated price list, estimated from above. What the function calls itself is not part of it.',
    example: '5',
    default: '1',
    usedBy: capacity,
  },
  warm_up: {
    kind: duration('0s', '10m'),
    sentence:
      'How long requests are sent to a new configuration before they count, since its instances still start.',
    example: '30s',
    default: '10s',
    usedBy: capacity,
  },
  measure_timeout: {
    kind: duration('10s', '5h'),
    sentence: 'How long all configurations together may be measured. Then the service is put back.',
    example: '2h',
    default: '45m',
    usedBy: capacity,
  },
  apply: {
    kind: boolean,
    sentence:
      'Set the outputs `cpu`, `memory`, `max_instance_request_concurrency` and `max_instance_count`, for the release that follows in the job. This action itself never changes what serves.',
    example: 'true',
    default: 'false',
    usedBy: capacity,
  },
});
