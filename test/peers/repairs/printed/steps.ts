import * as about from '../../../../src/domain/data/commands.ts';
import { failureTexts } from '../../../../src/domain/deploy/failure.ts';
import { serviceAgentOf } from '../../../../src/domain/image/reader.ts';
import { runImage } from '../../../../src/domain/image/run-image.ts';
import { commandBlock } from '../../../../src/domain/preflight/commands.ts';
import {
  apiChecks,
  type PermissionCheck,
  permissionChecks,
} from '../../../../src/domain/preflight/permissions.ts';
import type { CheckRow, Need, PreflightTarget } from '../../../../src/domain/preflight/row.ts';
import {
  type OutsideField,
  type OutsideSettings,
  outsideFields,
} from '../../../../src/domain/traffic/outside/settings.ts';
import { settingCommand } from '../../../../src/domain/traffic/outside/text.ts';
import { refuseKey } from '../../../../src/inputs/key.ts';
import { here, type Printed, printed } from './here.ts';

/** The commands of the stages of a release: what is missing before the first change, traffic, and settings to put back. */

const target: PreflightTarget = {
  ...{ project: here.project, region: here.region, name: 'ocr' },
  member: `serviceAccount:${here.deployer}`,
};
const service = `projects/${here.project}/locations/${here.region}/services/ocr`;

const places: Record<PermissionCheck['on'], string> = {
  project: `projects/${here.project}`,
  function: `projects/${here.project}/locations/${here.region}/functions/ocr`,
  service,
  'runtime account': `projects/${here.project}/serviceAccounts/run@${here.project}.iam.gserviceaccount.com`,
  'build account': `projects/${here.project}/serviceAccounts/builder@${here.project}.iam.gserviceaccount.com`,
  'serving account': `projects/${here.project}/serviceAccounts/${here.invoker}`,
  'model project': 'projects/acme-models',
  'model bucket': 'projects/_/buckets/acme-models',
  'gateway account': `projects/${here.project}/serviceAccounts/ocr-run@${here.project}.iam.gserviceaccount.com`,
};

const missing = (need: Need): CheckRow => ({ need, stage: 'Build', weight: 'stop', state: 'missing' });

const preflight = (): Printed[] => [
  ...permissionChecks.flatMap(({ permission, on, role }) =>
    printed(
      `preflight ${permission} on the ${on}`,
      commandBlock(
        [missing({ kind: 'permission', permission, place: on, resource: places[on], role })],
        target,
      ),
    ),
  ),
  ...apiChecks.flatMap((api) =>
    printed(
      `preflight ${api.service}`,
      commandBlock([missing({ kind: 'api', service: api.service })], target),
    ),
  ),
  ...printed(
    'preflight, an image that may not be read',
    commandBlock(
      [
        missing({
          kind: 'image',
          image: 'i',
          problem: {
            ...{ problem: 'denied', image: 'i', host: 'h' },
            repository: { project: here.project, location: here.region, repository: 'containers' },
          },
        }),
      ],
      target,
    ),
  ),
  ...printed(
    'preflight, an image of another project that Cloud Run may not read',
    commandBlock(
      [
        missing({
          kind: 'agent',
          account: serviceAgentOf('123456789012'),
          repository: { project: here.project, location: here.region, repository: 'containers' },
        }),
      ],
      target,
    ),
  ),
  ...printed(
    'preflight, the caller',
    commandBlock([missing({ kind: 'invoke', account: here.invoker, service })], target),
  ),
];

const other: OutsideSettings = {
  ingress: 'INGRESS_TRAFFIC_INTERNAL_ONLY',
  invokerIamDisabled: true,
  iapEnabled: true,
  defaultUriDisabled: true,
  scaling: { minInstanceCount: 1, maxInstanceCount: 5 },
  customAudiences: ['https://old.example.com'],
  labels: { team: 'old', extra: 'x' },
  description: 'old',
};
const wanted: OutsideSettings = {
  ingress: 'INGRESS_TRAFFIC_ALL',
  invokerIamDisabled: false,
  iapEnabled: false,
  defaultUriDisabled: false,
  scaling: { minInstanceCount: 2, maxInstanceCount: 9 },
  customAudiences: ['https://a.example.com', 'https://b.example.com'],
  labels: { team: 'ocr', tier: 'one' },
  description: "what it does, and for whom: the team's scans",
};
const bare: OutsideSettings = { ...wanted, scaling: {}, customAudiences: [], labels: {}, description: '' };

const settings = (): Printed[] =>
  [wanted, bare, other].flatMap((to) =>
    outsideFields.flatMap((field: OutsideField) =>
      printed(`setting ${field}`, [
        settingCommand(field, to, { project: here.project, region: here.region, service: 'ocr' }),
      ]),
    ),
  );

const place = { project: here.project, region: here.region, name: 'ocr' };

function refusedKey(): Printed[] {
  try {
    refuseKey({ INPUT_CREDENTIALS_JSON: '{}' }, () => undefined);
  } catch (error) {
    return printed('a key that is refused', (error as { commands?: string[] }).commands);
  }
  throw new Error('a key was not refused');
}

const failed = (stage: 'BUILD' | 'SERVICE' | 'TRIGGER', build?: string): Printed[] =>
  printed(
    `a deploy that failed in ${stage}`,
    failureTexts(
      {
        name: 'projects/p/locations/l/operations/o',
        done: true,
        error: { code: 13, message: 'failed' },
        stages: [{ name: stage, state: 'COMPLETE', messages: [], resource: build }],
      } as unknown as Parameters<typeof failureTexts>[0],
      { lines: [] },
      here.region,
      'ocr',
      place,
    ).commands,
  );

export const stepCommands = (): Printed[] => [
  ...preflight(),
  ...settings(),
  ...refusedKey(),
  ...failed('SERVICE'),
  ...printed('an image that does not start', [
    runImage(`us-central1-docker.pkg.dev/${here.project}/containers/ocr@sha256:${'0'.repeat(64)}`),
  ]),
  ...failed('TRIGGER'),
  ...printed('functions and services', [
    about.listFunctions(here.project),
    about.listServices(here.project),
    about.describeFunction(place),
    about.detachFunction(place),
    about.readServiceLog(place),
    about.upgradeFunction(place),
    about.listRuntimes(place),
    about.readBuildLog('b1', place),
    about.listRevisions(service),
  ]),
  ...printed('traffic', [
    about.updateTraffic(service, { all: 'ocr-00001-aaa' }),
    about.updateTraffic(service, 'latest'),
    about.updateTraffic(service, { tag: 'smoke', to: 'ocr-00001-aaa' }),
  ]),
];
