import type { Json } from '../../domain/data/json.ts';
import { functionPattern, locationPath } from '../../domain/data/resource-name.ts';
import { parseCpu, parseMemory } from '../../domain/deploy/quantity.ts';
import { secretSettings } from '../../domain/deploy/secrets.ts';
import {
  accountPattern,
  mapOrEmpty,
  parseBuildAccount,
  parseConnector,
  parseEventFilters,
  parseLabels,
  parseNetworkInterface,
  parseVariables,
} from '../../domain/deploy/values.ts';
import type { Inputs } from '../../inputs/reader.ts';
import type { DeployRequest } from '../../steps/deploy/types.ts';

/** The name, where every action takes it. */
export const nameRules = {
  pattern: functionPattern,
  expected: 'the name of a function: lower-case letters, digits, - and _, at most 63',
};
export const regionRules = { pattern: /^[a-z]+-[a-z]+\d+$/, expected: 'a region such as us-central1' };
const accountRules = { pattern: accountPattern, expected: 'the e-mail of a service account' };

/** A resource name such as `projects/P/topics/T`: capitals stand for one part each. */
const resource = (shape: string) => ({
  pattern: new RegExp(`^${shape.replace(/\b[A-Z]\b/g, '[^/]+')}$`),
  expected: shape,
});

type Set = (path: string, value: Json | undefined) => void;

/** The deploy part of the inputs, under the names of deploy-cloud-functions@v4. Notes problems in `inputs`. */
export function readDeploy(
  inputs: Inputs,
  project: string | undefined,
): Omit<DeployRequest, 'noTraffic' | 'dryRun'> {
  const name = inputs.required('name', nameRules);
  const region = inputs.text('region', regionRules) ?? 'us-central1';
  const settings = new Map<string, Json>();
  const set: Set = (path, value) => {
    if (value !== undefined) settings.set(path, value);
  };
  set('description', inputs.text('description', { maxLength: 4096 }));
  set('labels', inputs.custom('labels', parseLabels));
  set('kmsKeyName', inputs.text('kms_key_name', resource('projects/P/locations/L/keyRings/R/cryptoKeys/K')));
  readBuild(inputs, set, project ?? '');
  readService(inputs, set, project ?? '', region);
  readTrigger(inputs, set);

  const environment = inputs.text('environment');
  if (environment && environment !== 'GEN_2')
    inputs.problem(
      `environment: "${environment}": expected GEN_2: first-generation functions cannot share out traffic, see gcloud functions upgrade`,
    );
  const deadline = inputs.duration('deploy_timeout') ?? 1200;
  if (deadline < 1 || deadline > 6 * 3600)
    inputs.problem(`deploy_timeout: "${inputs.given.deploy_timeout}": expected 1s to 6h`);
  const allTraffic = inputs.boolean('all_traffic_on_latest_revision');
  const force = inputs.boolean('force');
  return {
    project: project ?? '',
    region,
    name,
    sourceDir: inputs.text('source_dir') ?? './',
    settings,
    ...(allTraffic === undefined ? {} : { allTraffic }),
    onExposed: inputs.choice('on_exposed', ['close', 'fail', 'internal']) ?? 'close',
    onConflict: inputs.choice('on_conflict', ['stop', 'rebase']) ?? 'stop',
    deadlineSeconds: deadline,
    ...(force === undefined ? {} : { force }),
  };
}

function readBuild(inputs: Inputs, set: Set, project: string): void {
  const runtime = { pattern: /^[a-z]+\d+$/, expected: 'a runtime such as nodejs24 or python313' };
  const entryPoint = { pattern: /^[\w.:$-]{1,256}$/, expected: 'the name of a function in the source' };
  const account = (text: string) => parseBuildAccount(text, project);
  const pool = resource('projects/P/locations/L/workerPools/W');
  const repository = resource('projects/P/locations/L/repositories/R');
  set('buildConfig.runtime', inputs.text('runtime', runtime));
  set('buildConfig.entryPoint', inputs.text('entry_point', entryPoint));
  set('buildConfig.environmentVariables', inputs.custom('build_environment_variables', parseVariables));
  set('buildConfig.serviceAccount', inputs.custom('build_service_account', account));
  set('buildConfig.workerPool', inputs.text('build_worker_pool', pool));
  set('buildConfig.dockerRepository', inputs.text('docker_repository', repository));
}

const ingress = ['ALLOW_ALL', 'ALLOW_INTERNAL_ONLY', 'ALLOW_INTERNAL_AND_GCLB'] as const;
const egress = ['PRIVATE_RANGES_ONLY', 'ALL_TRAFFIC'] as const;

function readService(inputs: Inputs, set: Set, project: string, region: string): void {
  const service: Set = (name, value) => set(`serviceConfig.${name}`, value);
  service('availableMemory', inputs.custom('memory', parseMemory));
  service('availableCpu', inputs.custom('cpu', parseCpu));
  service('timeoutSeconds', requestSeconds(inputs));
  service('environmentVariables', inputs.custom('environment_variables', parseVariables));
  service('ingressSettings', inputs.choice('ingress_settings', ingress));
  service('maxInstanceCount', inputs.integer('max_instance_count', 0, 100_000));
  service('minInstanceCount', inputs.integer('min_instance_count', 0, 100_000));
  const concurrency = inputs.integer('max_instance_request_concurrency', 1, 1000);
  service('maxInstanceRequestConcurrency', concurrency);
  service('serviceAccountEmail', runtimeAccount(inputs));

  const location = locationPath(project, region);
  const connector = inputs.custom('vpc_connector', (text) => parseConnector(text, location));
  service('vpcConnector', connector);
  service('vpcConnectorEgressSettings', inputs.choice('vpc_connector_egress_settings', egress));
  const network = inputs.custom('direct_vpc_network_interface', parseNetworkInterface);
  service('directVpcNetworkInterface', network);
  const direct = inputs.choice('direct_vpc_egress', egress);
  service('directVpcEgress', direct && `VPC_EGRESS_${direct}`);
  if (connector && network)
    inputs.problem('vpc_connector and direct_vpc_network_interface exclude each other');

  const secrets = inputs.custom('secrets', (text) => secretSettings(mapOrEmpty(text), project));
  service('secretEnvironmentVariables', secrets?.variables);
  service('secretVolumes', secrets?.volumes);
}

function requestSeconds(inputs: Inputs): number | undefined {
  const value = inputs.duration('service_timeout');
  if (value !== undefined && (!Number.isInteger(value) || value < 1 || value > 3600))
    inputs.problem(
      `service_timeout: "${inputs.given.service_timeout}": expected whole seconds from 1s to 60m`,
    );
  return value;
}

/** Beside a login on the same step `service_account` is the login's; without one it is the function's, as in v4. */
function runtimeAccount(inputs: Inputs): string | undefined {
  const own = inputs.text('runtime_service_account', accountRules);
  if (own !== undefined || inputs.given.workload_identity_provider !== undefined) return own;
  return inputs.text('service_account', accountRules);
}

function readTrigger(inputs: Inputs, set: Set): void {
  const type = inputs.text('event_trigger_type', {
    pattern: /^[\w.]+$/,
    expected: 'an event type such as google.cloud.pubsub.topic.v1.messagePublished',
  });
  const retry = inputs.boolean('event_trigger_retry');
  const parts: [string, Json | undefined][] = [
    ['eventType', type],
    ['triggerRegion', inputs.text('event_trigger_location')],
    ['eventFilters', inputs.custom('event_trigger_filters', parseEventFilters)],
    ['pubsubTopic', inputs.text('event_trigger_pubsub_topic', resource('projects/P/topics/T'))],
    ['serviceAccountEmail', inputs.text('event_trigger_service_account', accountRules)],
    ['channel', inputs.text('event_trigger_channel', resource('projects/P/locations/L/channels/C'))],
    ['retryPolicy', retry === undefined ? undefined : `RETRY_POLICY_${retry ? 'RETRY' : 'DO_NOT_RETRY'}`],
  ];
  const given = parts.filter(([, value]) => value !== undefined);
  if (given.length > 0 && type === undefined)
    inputs.problem('event_trigger_type: missing: expected it beside the other event_trigger inputs');
  for (const [name, value] of given) set(`eventTrigger.${name}`, value);
}
