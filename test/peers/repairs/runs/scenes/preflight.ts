import {
  apiChecks,
  type PermissionCheck,
  permissionChecks,
} from '../../../../../src/domain/preflight/permissions.ts';
import { here } from '../../printed/here.ts';
import type { Scene } from '../scene.ts';
import { fresh } from './deploy.ts';
import { without } from './without.ts';

/** What is missing before the first change: every permission and every API of the tables, one at a time. */

const compute = `${here.number}-compute@developer.gserviceaccount.com`;
const builder = `builder@${here.project}.iam.gserviceaccount.com`;
const account = (email: string) => `iam.googleapis.com/projects/${here.project}/serviceAccounts/${email}`;
const own = `serviceAccount:${here.deployer}`;

/** What a deploy or a rollback uses. The other rows belong to a release, whose watch reads logs or metrics. */
const existing = { ...fresh, name: 'ocr' };
const checks = permissionChecks as readonly PermissionCheck[];

const inputsFor = (check: PermissionCheck): Record<string, string> => {
  const release = { slo: 'none', smoke_suite: 'none', canary: 'none', duration: '1s', verify_duration: '0s' };
  const watched = { ...fresh, name: 'ocr', ...release, slo: '99%' };
  if (check.stage === 'Watch')
    return { ...watched, source: check.permission.startsWith('logging') ? 'logs' : 'metrics' };
  if (check.of === 'run-function') return { ...fresh, target: check.of };
  return check.when === 'new' ? fresh : existing;
};

const onAccounts: Readonly<Record<string, string>> = { 'runtime account': compute, 'build account': builder };

const permissions: readonly Scene[] = checks
  .filter(({ weight, of }) => weight === 'stop' && of !== 'run')
  .map((check): Scene => {
    const email = onAccounts[check.on];
    return {
      from: [`preflight ${check.permission} on the ${check.on}`],
      name: `${check.permission} on the ${check.on} is missing`,
      action: check.stage === 'Watch' ? 'release' : 'deploy',
      arrange: email ? (stage) => stage.bind(account(email)) : without(check.permission),
      inputs: {
        ...inputsFor(check),
        ...(check.on === 'build account' ? { build_service_account: builder } : {}),
      },
      told: check.stage === 'Watch' ? 'preflight-missing' : 'preflight-failed',
      came: [
        new RegExp(
          `${email ? email.replace(/\./g, '\\.') : `projects/${here.project}`} ${check.role} ${own}$`,
        ),
      ],
    };
  });

const apis: readonly Scene[] = apiChecks.map(({ service, stage, of }) => ({
  from: [`preflight ${service}`],
  name: `${service} is off`,
  action: stage === 'Watch' ? 'release' : 'deploy',
  arrange: (one) => one.set({ services: { [service]: 'DISABLED' } }),
  inputs:
    stage === 'Watch'
      ? inputsFor({ stage, permission: service } as PermissionCheck)
      : { ...fresh, ...(of === 'run-function' ? { target: of } : {}) },
  told: stage === 'Watch' ? 'preflight-missing' : 'preflight-failed',
  went: [new RegExp(`^off ${service}`)],
}));

export const preflightScenes: readonly Scene[] = [...permissions, ...apis];
