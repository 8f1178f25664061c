import { group } from '../../domain/inputs/definition.ts';
import { boolean, choice, text } from '../../domain/inputs/kinds.ts';

const commentToken = 'Token that writes the comment of `comment` (`pull-requests: write`).';

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
      posture: {},
      gateway: {},
      check: {},
      'smoke-test': {},
      watch: {},
      rollback: {},
      doctor: {},
      slo: {},
      pipeline: {},
      logs: {},
      capacity: {},
      drill: {},
      model: {},
    },
  },
  comment: {
    kind: boolean,
    sentence:
      'Write the result into the comment on the pull request that all steps with `comment: true` share. It is made once and then brought up to date. Needs `pull-requests: write`.',
    example: 'true',
    default: 'false',
    usedBy: {
      release: {},
      deploy: {},
      guard: {},
      posture: {},
      gateway: {},
      check: {},
      'smoke-test': {},
      slo: {},
      capacity: {},
    },
  },
  comment_section: {
    kind: text({ expected: 'one line of text', pattern: /^[^\r\n]+$/, maxLength: 100, shown: 'plain' }),
    sentence:
      'Title of the section of this step in the comment. Steps with the same title share one section.',
    example: 'Smoke test on Node 24',
    otherwise: 'made from the action and `name`; a section for each step',
    usedBy: {
      release: {},
      deploy: {},
      guard: {},
      posture: {},
      gateway: {},
      check: {},
      'smoke-test': {},
      slo: {},
      capacity: {},
    },
  },
  deployment_record: {
    kind: boolean,
    sentence:
      "Writes what serves at the end into the linked artifacts of the repository's organisation on GitHub: image, digest, region, and whether the guard found it open to the internet. Needs `artifact-metadata: write`. If GitHub does not take it, the run only warns.",
    example: 'true',
    default: 'false',
    usedBy: {
      release: {},
      rollback: {
        sentence:
          "Writes what serves at the end into the linked artifacts of the repository's organisation on GitHub: image, digest and region. Needs `artifact-metadata: write`. If GitHub does not take it, the run only warns.",
      },
    },
  },
  deployment_environment: {
    kind: text({ expected: 'a name of at most 128 characters', pattern: /^[A-Za-z0-9][\w .-]{0,127}$/ }),
    sentence: 'Name of the environment in the deployment record.',
    example: 'staging',
    default: 'production',
    usedBy: { release: {}, rollback: {} },
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
      release: {
        sentence:
          'Token that may read the runs of this repository (`actions: read`). It shows whether a release that was left open is still running. Without it, that is known only when the record of the release expires. With `comment` it also writes the comment (`pull-requests: write`), and with `deployment_record` the record (`artifact-metadata: write`).',
      },
      rollback: {},
      capacity: {
        sentence:
          'Token that may read the runs of this repository (`actions: read`). It shows whether a measurement that was left open is still running.',
      },
      deploy: { sentence: commentToken },
      guard: { sentence: commentToken },
      posture: { sentence: commentToken },
      gateway: { sentence: commentToken },
      check: { sentence: commentToken },
      'smoke-test': { sentence: commentToken },
      slo: { sentence: commentToken },
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
    usedBy: { release: {}, rollback: {}, capacity: {} },
  },
});
