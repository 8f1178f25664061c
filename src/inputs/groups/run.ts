import { sloModes } from '../../domain/alerting/evidence.ts';
import { drillModes } from '../../domain/drill/evidence.ts';
import { group } from '../../domain/inputs/definition.ts';
import { boolean, choice, duration } from '../../domain/inputs/kinds.ts';
import { modelModes } from '../../domain/model/facts.ts';
import { pipelineModes } from '../../domain/pipeline/evidence.ts';

/** How a run behaves as a whole. */
export const run = group('What a run does', {
  mode: {
    kind: choice(['verify', 'enforce']),
    sentence:
      "`verify` only reads, and fails if the function is public. `enforce` also closes what is open on the function's own service (every binding of the public, the invoker check), waits until that has taken effect, and proves it again.",
    example: 'enforce',
    default: 'verify',
    usedBy: {
      guard: {},
      gateway: {
        kind: choice(['plan', 'verify', 'apply']),
        sentence:
          '`plan` lints the document and says what would change, and changes nothing. `verify` also calls the gateway from outside, and fails if it serves another document. `apply` releases the document.',
        example: 'apply',
        default: 'plan',
      },
      pipeline: {
        kind: choice(pipelineModes),
        default: 'run',
        example: 'submit',
        sentence:
          '`run` submits the job and waits for its end. `submit` ends as soon as Google or AWS has the job, and `wait` waits for it in another job of the workflow, so that no runner is paid for hours of training. `check` judges the file, the parameters and the names in `require`, and sends nothing.',
      },
      model: {
        kind: choice(modelModes),
        default: 'verify',
        example: 'history',
        sentence:
          '`verify` fails if traffic, record, alias and the files of the model do not agree, and prints the command that mends it. `history` lists which version served when. `settle` moves the alias to the version that serves, whatever it names now. `resolve` gives the exact version that `model` means now as outputs, and looks at no service.',
      },
      drill: {
        kind: choice(drillModes),
        default: 'check',
        example: 'restore',
        sentence:
          '`check` only reads how the buckets are protected. `restore` also writes objects of its own, deletes them, brings them back and compares every byte.',
      },
      slo: {
        kind: choice(sloModes),
        default: 'plan',
        example: 'apply',
        sentence:
          '`plan` shows what would change, `verify` fails if something differs, `apply` makes it so, and `generate` writes files.',
      },
    },
  },
  dry_run: {
    kind: boolean,
    sentence: 'Print the plan and change nothing.',
    example: 'true',
    default: 'false',
    essential: true,
    usedBy: {
      release: {},
      deploy: { sentence: 'Print the plan for function, service and IAM, and change nothing.' },
      rollback: {},
    },
  },
  preflight: {
    kind: choice(['stop', 'warn']),
    sentence:
      'What to do if something is missing that a later stage needs, such as a permission or an API: `stop` before anything is changed, or `warn` and go on.',
    example: 'warn',
    default: 'stop',
    usedBy: { release: {}, deploy: {} },
  },
  force: {
    kind: boolean,
    sentence: 'Build even if the serving revision already has this source and configuration.',
    example: 'true',
    default: 'false',
    usedBy: {
      release: {},
      deploy: {},
      rollback: { sentence: 'Roll back even to a revision that a release found bad.' },
    },
  },
  job_timeout: {
    kind: duration('1m', '35d'),
    sentence:
      'How long the job may take, the same as its `timeout-minutes`. A release whose own limits add up to more does not start, because GitHub would end it in the middle.',
    example: '130m',
    otherwise: 'not compared',
    usedBy: { release: {} },
  },
  retry_failed: {
    kind: boolean,
    sentence: 'Release a source and configuration again that a release has already taken back.',
    example: 'true',
    default: 'false',
    usedBy: { release: {} },
  },
  wait_for_other: {
    kind: duration('0s', '6h'),
    sentence: 'How long to wait for another release of the same function before this one yields.',
    example: '30m',
    default: '10m',
    usedBy: {
      release: {},
      rollback: {
        default: '0s',
        sentence: 'With `to: settle`, how long to wait for a release or a build that is still running.',
      },
    },
  },
  after_promote: {
    kind: choice(['pinned', 'latest']),
    sentence:
      'How the promoted revision serves: `pinned` by name, so that deploys of other tools get no traffic until a release, or `latest`, so that deploys of other tools go live at once.',
    example: 'latest',
    default: 'pinned',
    usedBy: { release: {} },
  },
});
