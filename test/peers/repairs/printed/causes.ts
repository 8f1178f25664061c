import { explain } from '../../../../src/domain/causes/explain.ts';
import { rows } from '../../../../src/domain/causes/table.ts';
import type { FailureFacts, RunNames } from '../../../../src/domain/errors/facts.ts';
import { explainInvocation } from '../../../../src/domain/invocation/refusal.ts';
import { mistakes } from '../../../domain/causes/mistakes.ts';
import { here, type Printed, printed } from './here.ts';

/** The commands of every known cause after the login: the example of its row, and the mistakes of the trials. */

export const names: RunNames = {
  project: here.project,
  region: here.region,
  name: 'ocr',
  member: `serviceAccount:${here.deployer}`,
  runtimeAccount: `run@${here.project}.iam.gserviceaccount.com`,
  entryPoint: 'ocr',
  sourceDir: 'functions/ocr',
  memory: '256Mi',
};

/** Failures whose commands differ from those of the examples and of the mistakes. */
const others: readonly (readonly [string, FailureFacts])[] = [
  [
    'an organisation whose policy is not readable',
    refused('resourcemanager.organizations.getIamPolicy', `organizations/${here.organization}`),
  ],
  [
    'a policy of an account that is not readable',
    refused('iam.serviceAccounts.getIamPolicy', `projects/-/serviceAccounts/${here.invoker}`),
  ],
  [
    'a secret that this identity may not read',
    refused('secretmanager.versions.access', `projects/${here.number}/secrets/api-key/versions/1`),
  ],
  ['a permission whose role we do not know', refused('cloudkms.keyRings.get', '')],
  [
    'an API whose role we do not know',
    { kind: 'call', api: 'cloudkms', status: 403, message: 'The caller does not have permission' },
  ],
  [
    'a constraint without a name',
    { kind: 'call', status: 400, message: 'The constraint of the organization was violated.' },
  ],
  [
    'a lock file of yarn',
    {
      kind: 'build',
      message: 'The lockfile would have been modified: YN0028',
      lines: ['YN0028'],
    },
  ],
];

function refused(permission: string, resource: string): FailureFacts {
  return {
    kind: 'call',
    status: 403,
    permission,
    message: `Permission '${permission}' denied on resource '${resource}' (or it may not exist).`,
  };
}

const call = {
  project: here.project,
  region: here.region,
  service: 'ocr',
  audience: 'https://ocr.example.com',
  caller: here.invoker,
};

export const causeCommands = (): Printed[] => [
  ...rows.flatMap(({ id, example }) => printed(`cause ${id}`, explain(example, names)?.commands)),
  ...mistakes.flatMap(({ name, facts }) => printed(`mistake: ${name}`, explain(facts, names)?.commands)),
  ...others.flatMap(([name, facts]) => printed(`cause: ${name}`, explain(facts, names)?.commands)),
  // The number of the project is not always known, and neither is the account.
  ...rows.flatMap(({ id, example }) =>
    printed(
      `cause ${id}, of a job that names only the project`,
      explain(example, { project: here.project, region: here.region, name: 'ocr', member: names.member })
        ?.commands,
    ),
  ),
  ...[401, 403].flatMap((status) =>
    printed(`a call that Cloud Run refuses (${status})`, explainInvocation(status, call)?.commands),
  ),
];
