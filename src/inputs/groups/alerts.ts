import { group } from '../../domain/inputs/definition.ts';
import { choice, text } from '../../domain/inputs/kinds.ts';

const starting = { release: {}, deploy: {} } as const;

export const alerts = group('What an open alert does', {
  on_alert: {
    kind: choice(['fail', 'warn', 'ignore']),
    sentence:
      'What an open alert of Cloud Monitoring on the service does before a release: `fail` ends the run with outcome `blocked` before it changes anything, `warn` says it, `ignore` does not ask. If the alerts cannot be read, the default only says so; `fail` set by you stops.',
    example: 'warn',
    otherwise: 'fail, if the alerts can be read',
    usedBy: {
      release: {},
      deploy: {
        sentence:
          'What an open alert of Cloud Monitoring on the service does before the deploy: `fail` ends the run with outcome `blocked` before it changes anything, also if the alerts cannot be read; `warn` says it; `ignore` does not ask.',
        example: 'fail',
        otherwise: 'ignore',
      },
    },
  },
  alert_override: {
    kind: text({ expected: 'a reason', maxLength: 500 }),
    sentence: 'Why to release although an alert is open. The reason is kept in report and summary.',
    example: 'repairs the outage of ticket 4711',
    otherwise: 'none',
    usedBy: starting,
  },
});
