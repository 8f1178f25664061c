import { group } from '../../domain/inputs/definition.ts';
import { choice, text } from '../../domain/inputs/kinds.ts';

export const output = group('Summary and GitHub', {
  summary: {
    kind: choice(['always', 'on-problem', 'never']),
    sentence: 'When to write the job summary.',
    example: 'on-problem',
    default: 'always',
    usedBy: {
      release: {},
      auth: {},
      deploy: {},
      guard: {},
      check: {},
      'smoke-test': {},
      watch: {},
      rollback: {},
      doctor: {},
    },
  },
  github_token: {
    kind: text({ expected: 'a token' }),
    sentence:
      'Token that may read the runs of this repository (`actions: read`). It shows whether a release that was left open is still running. Without it, that is known only when the record of the release expires.',
    example: '(a secret)',
    otherwise: 'the token of the job',
    expression: 'github.token',
    secret: true,
    usedBy: {
      release: {},
      rollback: {},
      doctor: {
        sentence:
          'Token that may read the environment of the job (`actions: read`), to see which branches it admits.',
      },
      auth: {
        sentence:
          "Token with which the doctor reads the repository's OIDC settings, to know the next subject.",
      },
    },
  },
  job_id: {
    kind: text({ pattern: /^\d+$/, expected: 'a number' }),
    sentence: 'Internal. Do not set.',
    example: '',
    otherwise: 'set by GitHub',
    expression: 'job.check_run_id',
    usedBy: { release: {}, rollback: {} },
  },
});
