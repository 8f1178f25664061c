import {
  apiChecks,
  type NeededFor,
  type PermissionCheck,
  permissionChecks,
} from '../../../../../src/domain/preflight/permissions.ts';
import { stagesOf } from '../../../../../src/domain/preflight/stages.ts';
import { here } from '../../printed/here.ts';
import type { Scene } from '../scene.ts';
import type { Stage } from '../stage.ts';
import { fresh } from './deploy.ts';
import { front, frontInputs, withGateway } from './gateway.ts';
import { withModel } from './model.ts';
import { without } from './without.ts';

/** What is missing before the first change: every permission and every API of the tables, one at a time. */

const compute = `${here.number}-compute@developer.gserviceaccount.com`;
const builder = `builder@${here.project}.iam.gserviceaccount.com`;
const account = (email: string) => `iam.googleapis.com/projects/${here.project}/serviceAccounts/${email}`;
const own = `serviceAccount:${here.deployer}`;

const existing = { ...fresh, name: 'ocr' };
const checks = permissionChecks as readonly PermissionCheck[];

/** What a deploy does not need, a release does: going back, and a watch that reads logs or metrics. */
const isOfDeploy = (stage: NeededFor) => (stagesOf.deploy as readonly NeededFor[]).includes(stage);
const actionOf = (stage: NeededFor) => (isOfDeploy(stage) ? 'deploy' : 'release');
const toldOf = (stage: NeededFor) => (isOfDeploy(stage) ? 'preflight-failed' : 'preflight-missing');

const inputsFor = (check: PermissionCheck): Record<string, string> => {
  const release = { slo: 'none', smoke_suite: 'none', canary: 'none', duration: '1s', verify_duration: '0s' };
  if (check.stage === 'Watch')
    return {
      ...existing,
      ...release,
      slo: '99%',
      source: check.permission.startsWith('logging') ? 'logs' : 'metrics',
    };
  if (check.stage === 'Gateway') return { ...existing, ...release, ...frontInputs };
  if (check.stage === 'Model') return { ...existing, ...release, model: 'vertex://ocr@candidate' };
  if (!isOfDeploy(check.stage)) return { ...existing, ...release };
  if (check.of === 'run-function') return { ...fresh, target: check.of };
  return check.when === 'new' ? fresh : existing;
};

const onAccounts: Readonly<Record<string, string>> = {
  ...{ 'runtime account': compute, 'build account': builder, 'gateway account': front },
};

/** Arranges what a stage works on, and then takes one thing away. */
const withStage = (stage: NeededFor, takeAway: (stage: Stage) => unknown) =>
  stage === 'Gateway' ? withGateway(takeAway) : stage === 'Model' ? withModel(takeAway) : takeAway;

/** What reads the gateway in front of a smoke test prints the same command as what releases one. */
const permissions: readonly Scene[] = checks
  .filter(({ weight, of, stage }) => weight === 'stop' && of !== 'run' && stage !== 'Front door')
  .map((check): Scene => {
    const email = onAccounts[check.on];
    const arrange = email ? (stage: Stage) => stage.bind(account(email)) : without(check.permission);
    return {
      from: [`preflight ${check.permission} on the ${check.on}`],
      name: `${check.permission} on the ${check.on} is missing`,
      action: actionOf(check.stage),
      arrange: withStage(check.stage, arrange),
      inputs: {
        ...inputsFor(check),
        ...(check.on === 'build account' ? { build_service_account: builder } : {}),
      },
      told: toldOf(check.stage),
      came: [
        new RegExp(
          `${email ? email.replace(/\./g, '\\.') : `projects/${here.project}`} ${check.role} ${own}$`,
        ),
      ],
    };
  });

const switchOff = (service: string) => (stage: Stage) => stage.set({ services: { [service]: 'DISABLED' } });

/** A new function whose code may read the secret. */
const withSecret = (takeAway: (stage: Stage) => unknown) => (stage: Stage) => {
  const secret = `secretmanager.googleapis.com/projects/${here.project}/secrets/api-key`;
  stage.grant(secret, 'roles/secretmanager.secretAccessor', `serviceAccount:${compute}`);
  return takeAway(stage);
};

const once = apiChecks.filter(
  ({ service }, index) => apiChecks.findIndex((one) => one.service === service) === index,
);
const apis: readonly Scene[] = once.map(({ service, stage, of, names }) => ({
  from: [`preflight ${service}`],
  name: `${service} is off`,
  action: actionOf(stage),
  arrange: names === 'secret' ? withSecret(switchOff(service)) : withStage(stage, switchOff(service)),
  inputs:
    stage === 'Watch' || stage === 'Gateway' || stage === 'Model'
      ? inputsFor({ stage, permission: service } as PermissionCheck)
      : {
          ...{ ...fresh, ...(of === 'run-function' ? { target: of } : {}) },
          ...(names === 'secret' ? { secrets: 'KEY=api-key:1' } : {}),
        },
  told: toldOf(stage),
  went: [new RegExp(`^off ${service}`)],
}));

export const preflightScenes: readonly Scene[] = [...permissions, ...apis];
