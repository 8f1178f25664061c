import type { Json, JsonObject } from '../domain/deploy/json.ts';
import { functionNamePattern } from '../domain/deploy/limits.ts';
import { parseCpu, parseMemory } from '../domain/deploy/quantity.ts';
import { secretSettings } from '../domain/deploy/secrets.ts';
import { parseMap } from '../domain/parse.ts';
import type { DeployRequest } from '../steps/deploy-types.ts';
import type { Inputs } from './inputs.ts';

/** `{}` empties a map, as in deploy-cloud-functions@v4; unset leaves it alone. */
const mapOrEmpty = (text: string): Map<string, string> => (text.trim() === '{}' ? new Map() : parseMap(text));

const names = {
  variable: /^[A-Za-z_][A-Za-z0-9_]*$/,
  label: /^[a-z][a-z0-9_-]{0,62}$/,
  account: /^[a-z0-9][\w.-]*@[a-z0-9][a-z0-9.-]*\.[a-z]+$/,
};

/** Variables that Google keeps for itself (Cloud Run functions, environment variables). */
const keptNames = new Set([
  'PORT',
  'K_SERVICE',
  'K_REVISION',
  'K_CONFIGURATION',
  'FUNCTION_TARGET',
  'FUNCTION_SIGNATURE_TYPE',
]);

function variables(text: string): JsonObject {
  const map = mapOrEmpty(text);
  for (const key of map.keys()) {
    if (!names.variable.test(key))
      throw new Error(`expected the name of a variable, found "${key.slice(0, 60)}"`);
    if (keptNames.has(key) || key.startsWith('X_GOOGLE_'))
      throw new Error(`${key} is kept by Cloud Functions and cannot be set`);
  }
  return Object.fromEntries(map);
}

function labels(text: string): JsonObject {
  const map = mapOrEmpty(text);
  for (const [key, value] of map) {
    if (!names.label.test(key))
      throw new Error(`expected a label such as team or cost-center, found "${key.slice(0, 70)}"`);
    if (!/^[a-z0-9_-]{0,63}$/.test(value))
      throw new Error(
        `expected at most 63 lower-case letters, digits, - and _ for the label ${key}, found "${value.slice(0, 70)}"`,
      );
    if (/^(goog-|guarded-release-)/.test(key))
      throw new Error(`the label ${key} is kept by ${key.startsWith('goog-') ? 'Google' : 'these actions'}`);
  }
  return Object.fromEntries(map);
}

/** `network=N, subnetwork=S, tags=a b`: google.cloud.functions.v2 `directVpcNetworkInterface` (public REST; not in the npm proto). */
function networkInterface(text: string): Json {
  const map = parseMap(text);
  for (const key of map.keys())
    if (!['network', 'subnetwork', 'tags'].includes(key))
      throw new Error(`expected network, subnetwork or tags, found "${key.slice(0, 40)}"`);
  const network = map.get('network');
  const subnetwork = map.get('subnetwork');
  if (!network && !subnetwork) throw new Error('expected network=NAME, subnetwork=NAME or both');
  const tags = map
    .get('tags')
    ?.split(/[\s;]+/)
    .filter(Boolean);
  return [
    {
      ...(network ? { network } : {}),
      ...(subnetwork ? { subnetwork } : {}),
      ...(tags && tags.length > 0 ? { tags } : {}),
    },
  ];
}

/** The name, where every action takes it. */
export const nameRules = {
  pattern: functionNamePattern,
  expected: 'the name of a function: lower-case letters, digits, - and _, at most 63',
};
export const regionRules = { pattern: /^[a-z]+-[a-z]+\d+$/, expected: 'a region such as us-central1' };

/** The deploy part of the inputs, under the names of deploy-cloud-functions@v4. Notes problems in `inputs`. */
export function readDeploy(
  inputs: Inputs,
  project: string | undefined,
): Omit<DeployRequest, 'noTraffic' | 'dryRun'> {
  const name = inputs.required('name', nameRules);
  const region = inputs.text('region', regionRules) ?? 'us-central1';
  const parent = `projects/${project ?? ''}/locations/${region}`;
  const settings = new Map<string, Json>();
  const set = (path: string, value: Json | undefined) => {
    if (value !== undefined) settings.set(path, value);
  };
  set('description', inputs.text('description', { maxLength: 4096 }));
  set('labels', inputs.custom('labels', labels));
  set(
    'kmsKeyName',
    inputs.text('kms_key_name', {
      pattern: /^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/,
      expected: 'projects/P/locations/L/keyRings/R/cryptoKeys/K',
    }),
  );
  set(
    'buildConfig.runtime',
    inputs.text('runtime', { pattern: /^[a-z]+\d+$/, expected: 'a runtime such as nodejs24 or python313' }),
  );
  set(
    'buildConfig.entryPoint',
    inputs.text('entry_point', {
      pattern: /^[\w.:$-]{1,256}$/,
      expected: 'the name of a function in the source',
    }),
  );
  set('buildConfig.environmentVariables', inputs.custom('build_environment_variables', variables));
  set(
    'buildConfig.serviceAccount',
    inputs.custom('build_service_account', (text) => buildAccount(text, project ?? '-')),
  );
  set(
    'buildConfig.workerPool',
    inputs.text('build_worker_pool', {
      pattern: /^projects\/[^/]+\/locations\/[^/]+\/workerPools\/[^/]+$/,
      expected: 'projects/P/locations/L/workerPools/W',
    }),
  );
  set(
    'buildConfig.dockerRepository',
    inputs.text('docker_repository', {
      pattern: /^projects\/[^/]+\/locations\/[^/]+\/repositories\/[^/]+$/,
      expected: 'projects/P/locations/L/repositories/R',
    }),
  );
  set('serviceConfig.availableMemory', inputs.custom('memory', parseMemory));
  set('serviceConfig.availableCpu', inputs.custom('cpu', parseCpu));
  set('serviceConfig.environmentVariables', inputs.custom('environment_variables', variables));
  set(
    'serviceConfig.ingressSettings',
    inputs.choice('ingress_settings', ['ALLOW_ALL', 'ALLOW_INTERNAL_ONLY', 'ALLOW_INTERNAL_AND_GCLB']),
  );
  set('serviceConfig.maxInstanceCount', inputs.integer('max_instance_count', 0, 100_000));
  set('serviceConfig.minInstanceCount', inputs.integer('min_instance_count', 0, 100_000));
  set(
    'serviceConfig.maxInstanceRequestConcurrency',
    inputs.integer('max_instance_request_concurrency', 1, 1000),
  );
  set('serviceConfig.serviceAccountEmail', runtimeAccount(inputs));
  set('serviceConfig.timeoutSeconds', seconds(inputs));
  const connector = inputs.text('vpc_connector', {
    pattern: /^(projects\/[^/]+\/locations\/[^/]+\/connectors\/)?[a-z][a-z0-9-]{0,62}$/,
    expected: 'a connector such as my-connector',
  });
  set(
    'serviceConfig.vpcConnector',
    connector?.includes('/') ? connector : connector && `${parent}/connectors/${connector}`,
  );
  set(
    'serviceConfig.vpcConnectorEgressSettings',
    inputs.choice('vpc_connector_egress_settings', ['PRIVATE_RANGES_ONLY', 'ALL_TRAFFIC']),
  );
  set(
    'serviceConfig.directVpcNetworkInterface',
    inputs.custom('direct_vpc_network_interface', networkInterface),
  );
  const egress = inputs.choice('direct_vpc_egress', ['PRIVATE_RANGES_ONLY', 'ALL_TRAFFIC']);
  set('serviceConfig.directVpcEgress', egress && `VPC_EGRESS_${egress}`);
  const secrets = inputs.custom('secrets', (text) => secretSettings(mapOrEmpty(text), project ?? ''));
  set('serviceConfig.secretEnvironmentVariables', secrets?.variables);
  set('serviceConfig.secretVolumes', secrets?.volumes);
  eventTrigger(inputs, set);

  if (connector && settings.has('serviceConfig.directVpcNetworkInterface'))
    inputs.problem('vpc_connector and direct_vpc_network_interface exclude each other');
  const environment = inputs.text('environment');
  if (environment && environment !== 'GEN_2')
    inputs.problem(
      `environment: "${environment}": expected GEN_2: first-generation functions cannot share out traffic, see gcloud functions upgrade`,
    );
  const deadline = inputs.duration('deploy_timeout') ?? 1200;
  if (deadline < 1 || deadline > 6 * 3600) inputs.problem('deploy_timeout: expected 1s to 6h');
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

/** Beside a login on the same step `service_account` is the login's; without one it is the function's, as in v4. */
function runtimeAccount(inputs: Inputs): string | undefined {
  const rules = { pattern: names.account, expected: 'the e-mail of a service account' };
  const own = inputs.text('runtime_service_account', rules);
  return (
    own ??
    (inputs.given.workload_identity_provider === undefined
      ? inputs.text('service_account', rules)
      : undefined)
  );
}

function seconds(inputs: Inputs): number | undefined {
  const value = inputs.duration('service_timeout');
  if (value === undefined) return undefined;
  if (!Number.isInteger(value) || value < 1 || value > 3600)
    inputs.problem(
      `service_timeout: "${inputs.given.service_timeout}": expected whole seconds from 1s to 60m`,
    );
  return value;
}

function buildAccount(text: string, project: string): string {
  if (/^projects\/[^/]+\/serviceAccounts\/[^/]+$/.test(text)) return text;
  if (!names.account.test(text)) throw new Error('expected the e-mail of a service account');
  return `projects/${project}/serviceAccounts/${text}`;
}

/** `type=...`, `attribute=value`, `attribute=match-path-pattern:value`: google.cloud.functions.v2.EventFilter. */
function eventFilters(text: string): JsonObject[] {
  return [...parseMap(text)].map(([attribute, value]) => {
    const pattern = /^(match-path-pattern|path_pattern):(.*)$/.exec(value);
    return pattern
      ? { attribute, value: pattern[2] ?? '', operator: 'match-path-pattern' }
      : { attribute, value };
  });
}

function eventTrigger(inputs: Inputs, set: (path: string, value: Json | undefined) => void): void {
  const type = inputs.text('event_trigger_type', {
    pattern: /^[\w.]+$/,
    expected: 'an event type such as google.cloud.pubsub.topic.v1.messagePublished',
  });
  const parts: [string, Json | undefined][] = [
    ['triggerRegion', inputs.text('event_trigger_location')],
    ['eventFilters', inputs.custom('event_trigger_filters', eventFilters)],
    [
      'pubsubTopic',
      inputs.text('event_trigger_pubsub_topic', {
        pattern: /^projects\/[^/]+\/topics\/[^/]+$/,
        expected: 'projects/P/topics/T',
      }),
    ],
    [
      'serviceAccountEmail',
      inputs.text('event_trigger_service_account', {
        pattern: names.account,
        expected: 'the e-mail of a service account',
      }),
    ],
    ['channel', inputs.text('event_trigger_channel')],
  ];
  const retry = inputs.boolean('event_trigger_retry');
  parts.push([
    'retryPolicy',
    retry === undefined ? undefined : retry ? 'RETRY_POLICY_RETRY' : 'RETRY_POLICY_DO_NOT_RETRY',
  ]);
  if (!type) {
    if (parts.some(([, value]) => value !== undefined))
      inputs.problem('event_trigger_type: missing: expected it beside the other event_trigger inputs');
    return;
  }
  set('eventTrigger.eventType', type);
  for (const [name, value] of parts) set(`eventTrigger.${name}`, value);
}
