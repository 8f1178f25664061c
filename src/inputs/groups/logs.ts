import { group } from '../../domain/inputs/definition.ts';
import { choice } from '../../domain/inputs/kinds.ts';

const failing = { release: {}, deploy: {}, 'smoke-test': {}, watch: {}, rollback: {} } as const;

export const logs = group('Logs of the service', {
  logs: {
    kind: choice(['auto', 'off']),
    sentence:
      'What happens after a failure: `auto` reads the entries of the service that explain it (at most 3 calls and 3 seconds), `off` reads none.',
    example: 'off',
    default: 'auto',
    usedBy: failing,
  },
  log_text: {
    kind: choice(['auto', 'true', 'false']),
    sentence:
      'Whether messages of the service are shown, without what looks like a secret or a personal detail. `auto`: if the repository is private or internal. Otherwise only fields are shown: time, kind of failure, type and place of an exception, status, duration. Everybody can read the log of a public repository.',
    example: 'true',
    default: 'auto',
    usedBy: { ...failing, logs: {}, pipeline: {} },
  },
});
