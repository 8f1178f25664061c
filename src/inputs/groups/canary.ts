import { group } from '../../domain/inputs/definition.ts';
import { custom } from '../../domain/inputs/kind.ts';
import { choice, duration } from '../../domain/inputs/kinds.ts';
import { parseCanary } from '../../domain/release/canary.ts';

export const canary = group('Canary', {
  canary: {
    kind: custom('rising percentages of at most 50 %, such as 5%,25%,50%', parseCanary),
    sentence:
      'Percentages of traffic for the new revision, rising, at most 50 %. Each is watched, and 100 % always follows. `none` goes straight to 100 %.',
    example: '10%,50%',
    default: '5%,25%,50%',
    essential: true,
    usedBy: { release: {} },
  },
  step_duration: {
    kind: duration('1s', '24h'),
    sentence:
      'How long each canary step is watched at most. A step ends earlier once the objectives are proved.',
    example: '10m',
    default: '5m',
    usedBy: { release: {} },
  },
  duration: {
    kind: duration('1s', '24h'),
    sentence: 'How long to watch at most.',
    example: '30m',
    default: '10m',
    usedBy: {
      release: { sentence: 'How long all traffic is watched at most before the release counts as good.' },
      watch: {},
    },
  },
  until: {
    kind: choice(['pass', 'duration']),
    sentence:
      'When a watched step ends: `pass` as soon as the objectives are proved, `duration` always after the whole time. A failure always ends it.',
    example: 'duration',
    default: 'pass',
    usedBy: { release: {}, watch: {} },
  },
  poll_interval: {
    kind: duration('1s', '5m'),
    sentence: 'Time between two looks of a watch.',
    example: '30s',
    default: '10s',
    usedBy: { release: {}, watch: {} },
  },
  verify_duration: {
    kind: duration('0s', '60m'),
    sentence:
      "How long the old revision's own requests are counted after a rollback, to see whether that revision works. It ends earlier once the counts decide, and it never moves the traffic again.",
    example: '5m',
    default: '1m',
    usedBy: {
      release: {},
      rollback: {
        default: '0s',
        example: '1m',
        sentence:
          "How long the revision's own requests are counted after the rollback, to see whether that revision works. It ends earlier once the counts decide. `0s` counts the requests of the ten minutes before and waits for nothing.",
      },
    },
  },
});
