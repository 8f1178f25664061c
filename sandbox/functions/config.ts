import { failedPrecondition, invalidArgument } from '../core/errors.ts';
import { requirePermission } from '../core/iam.ts';
import type { World } from '../core/state.ts';
import type { Call } from '../core/types.ts';
import type { RevisionSettings } from '../run/model.ts';
import { type CloudFunction, functionState, type Json, type StoredObject } from './model.ts';
import { runtimesOn } from './runtimes.ts';

const part = (config: Json, name: string): Json => (config[name] ?? {}) as Json;
export const buildConfig = (config: Json): Json => part(config, 'buildConfig');
export const serviceConfig = (config: Json): Json => part(config, 'serviceConfig');

export const defaultAccount = (world: World): string =>
  `${world.projectNumber}-compute@developer.gserviceaccount.com`;

/** Parses memory such as 256M, 512Mi, 1G or 1Gi, as functions.proto describes it. */
const MEMORY = /^\d+(?:\.\d+)?(?:k|M|G|Ki|Mi|Gi)$/;
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const reservedNames =
  /^(?:X_GOOGLE_.*|GCLOUD_PROJECT|PORT|K_SERVICE|K_REVISION|K_CONFIGURATION|FUNCTION_TARGET|FUNCTION_SIGNATURE_TYPE)$/;
const LABEL_KEY = /^[a-z][a-z0-9_-]{0,62}$/;
const LABEL_VALUE = /^[a-z0-9_-]{0,63}$/;

/** Throws for every setting that Google refuses before it starts an operation. */
export function checkConfig(world: World, call: Call, config: Json, id: string): void {
  const build = buildConfig(config);
  const service = serviceConfig(config);
  checkRuntime(world, build.runtime);
  checkSource(world, build);
  const memory = service.availableMemory;
  if (memory && !MEMORY.test(String(memory)))
    throw invalidArgument(
      `Invalid memory value '${String(memory)}': use a number with k, M, G, Ki, Mi or Gi.`,
    );
  const timeout = Number(service.timeoutSeconds) || 60;
  if (timeout < 1 || timeout > 3600)
    throw invalidArgument('timeout_seconds must be between 1 and 3600 for HTTP functions.');
  for (const name of Object.keys((service.environmentVariables ?? {}) as Json))
    if (!ENV_NAME.test(name) || reservedNames.test(name))
      throw invalidArgument(`Environment variable name '${name}' is invalid or reserved.`);
  for (const [key, value] of Object.entries((config.labels ?? {}) as Record<string, string>))
    if (!LABEL_KEY.test(key) || !LABEL_VALUE.test(value))
      throw invalidArgument(
        `Invalid label ${key}=${value}: keys have at most 63 characters, values too, of a-z, 0-9, _ and -.`,
      );
  if (config.kmsKeyName && !build.dockerRepository)
    throw invalidArgument(
      'kms_key_name needs build_config.docker_repository: a repository of Artifact Registry that is encrypted with the same key.',
    );
  const networks = (service.directVpcNetworkInterface ?? []) as unknown[];
  if (service.vpcConnectorEgressSettings && !service.vpcConnector && networks.length === 0)
    throw invalidArgument(
      'service_config.vpc_connector_egress_settings can be set only together with a VPC connector.',
    );
  if (config.eventTrigger) throw invalidArgument(`Function ${id}: this sandbox has no event triggers.`);
  const account = String(service.serviceAccountEmail ?? defaultAccount(world));
  requirePermission(
    world,
    call.principal,
    'iam.serviceAccounts.actAs',
    `//iam.googleapis.com/projects/${world.project}/serviceAccounts/${account}`,
  );
}

function checkRuntime(world: World, runtime: unknown): void {
  const today = new Date(world.now()).toISOString().slice(0, 10);
  const found = runtimesOn(today).find(({ name }) => name === runtime);
  if (!found)
    throw invalidArgument(
      `Could not parse the runtime '${String(runtime ?? '')}'. It is not a supported runtime on GCF 2nd Gen.`,
    );
  if (found.stage === 'DECOMMISSIONED')
    throw failedPrecondition(
      `Runtime ${found.name} is decommissioned and no longer allowed. Please use the latest runtime version for Cloud Functions.`,
    );
}

function checkSource(world: World, build: Json): void {
  const source = part(part(build, 'source'), 'storageSource');
  if (!source.bucket || !source.object)
    throw invalidArgument('build_config.source.storage_source must have a bucket and an object.');
  if (!sourceOf(world, build))
    throw invalidArgument(
      `Source object gs://${String(source.bucket)}/${String(source.object)} was not found: upload it before the call.`,
    );
}

export function sourceOf(world: World, build: Json): StoredObject | undefined {
  const source = part(part(build, 'source'), 'storageSource');
  return functionState(world).objects.get(`${String(source.bucket)}/${String(source.object)}`);
}

/** Removes default values: proto3 does not tell them from absent ones, and Google's JSON leaves both out. */
function present(config: Json): Json {
  const empty = (value: unknown) =>
    value === '' ||
    value === 0 ||
    (Array.isArray(value) && value.length === 0) ||
    /_UNSPECIFIED$/.test(String(value));
  const emptyMap = (name: string, value: unknown) =>
    maps.has(name) && Object.keys(value as Json).length === 0;
  return Object.fromEntries(
    Object.entries(config).filter(([name, value]) => !empty(value) && !emptyMap(name, value)),
  );
}

const maps = new Set(['environmentVariables', 'labels']);

/** The CPU for a memory size, if the user set none (cloud.google.com/run/docs/configuring/services/cpu, table for functions). */
const cpus: [megabytes: number, cpu: string][] = [
  [128, '0.0833'],
  [256, '0.1666'],
  [512, '0.3333'],
  [1024, '0.5833'],
  [2048, '1'],
  [8192, '2'],
];

function cpuFor(memory: string): string {
  const [, size = '0', unit = 'M'] = /^([\d.]+)(k|M|G|Ki|Mi|Gi)$/.exec(memory) ?? [];
  const megabytes =
    Number(size) * (unit.startsWith('G') ? 1024 : unit.startsWith('k') || unit === 'Ki' ? 1 / 1024 : 1);
  return cpus.find(([most]) => megabytes <= most)?.[1] ?? '4';
}

/** Fills in the defaults of Google's API for everything that the user left out. */
export function withDefaults(world: World, config: Json, id: string): Json {
  const build = present(buildConfig(config));
  const service = present(serviceConfig(config));
  const account = `projects/${world.project}/serviceAccounts/${defaultAccount(world)}`;
  return {
    ...present(config),
    environment: 'GEN_2',
    buildConfig: {
      entryPoint: id,
      dockerRegistry: 'ARTIFACT_REGISTRY',
      serviceAccount: account,
      ...build,
      ...(build.onDeployUpdatePolicy ? {} : { automaticUpdatePolicy: build.automaticUpdatePolicy ?? {} }),
    },
    serviceConfig: {
      timeoutSeconds: 60,
      availableMemory: '256M',
      availableCpu: cpuFor(String(service.availableMemory ?? '256M')),
      maxInstanceCount: 100,
      maxInstanceRequestConcurrency: 1,
      ingressSettings: 'ALLOW_ALL',
      serviceAccountEmail: defaultAccount(world),
      allTrafficOnLatestRevision: true,
      ...service,
    },
  };
}

/** The settings of the Cloud Run revision that follow from the function's configuration. */
export function revisionSettings(world: World, fn: CloudFunction, config: Json): RevisionSettings {
  const full = withDefaults(world, config, fn.id);
  const service = serviceConfig(full);
  const number = (name: string, otherwise: number) => Number(service[name] ?? otherwise);
  const image = `${fn.location}-docker.pkg.dev/${fn.project}/gcf-artifacts/${fn.project.replaceAll('-', '--')}__${fn.location.replaceAll('-', '--')}__${fn.id}:version_1`;
  return {
    image,
    env: { LOG_EXECUTION_ID: 'true', ...((service.environmentVariables ?? {}) as Record<string, string>) },
    memory: String(service.availableMemory),
    cpu: String(service.availableCpu),
    concurrency: number('maxInstanceRequestConcurrency', 1),
    minInstances: number('minInstanceCount', 0),
    maxInstances: number('maxInstanceCount', 100),
    timeoutSeconds: number('timeoutSeconds', 60),
    serviceAccount: String(service.serviceAccountEmail),
    labels: { ...((config.labels ?? {}) as Record<string, string>), 'goog-managed-by': 'cloudfunctions' },
  };
}
