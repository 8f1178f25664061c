import type { AlertRules } from '../../domain/alerts/judge.ts';
import type { Json } from '../../domain/data/json.ts';
import { locationPath } from '../../domain/data/resource-name.ts';
import { secretSettings } from '../../domain/deploy/secrets.ts';
import { parseBuildAccount, parseConnector } from '../../domain/deploy/values.ts';
import type { FreezeRules } from '../../domain/freeze/judge.ts';
import type { LoginRequest } from '../../domain/login/request.ts';
import type { InputReader } from '../../inputs/reader.ts';
import type { Inputs } from '../../inputs/table.ts';
import type { Context } from '../../runner/context.ts';
import type { DeployRequest } from '../../steps/deploy/ports.ts';
import { readLogin } from '../login/inputs.ts';
import { type AskedModel, askedModel } from '../model/inputs.ts';
import { either, type FunctionInputs, readTarget, refuseBuild, refuseTrigger } from './target-inputs.ts';

/** Sets a field of the Functions API. An unset input leaves the live setting alone. */
type Set = (path: string, value: Json | undefined) => void;

export interface DeployInputs {
  login: LoginRequest;
  request: Omit<DeployRequest, 'signal'>;
  freeze: FreezeRules;
  /** Undefined: nobody asks for alerts. A release asks by default, a deploy if it is told to. */
  alerts: AlertRules | undefined;
  /** The model that the revision gets. Undefined: none is named. */
  model: AskedModel | undefined;
  requireProof: 'partial' | 'complete';
  propagationSeconds: number;
  preflight: 'stop' | 'warn';
  newRegion: boolean;
}

/** All inputs of `deploy`. Notes problems; `inputs.done()` reports them at once. */
export function readDeployInputs({
  inputs,
  env,
  localLogin,
}: Pick<Context, 'inputs' | 'env' | 'localLogin'>): DeployInputs {
  const values = inputs.of('deploy');
  const login = readLogin({ inputs, env, localLogin }, values, { accountMayBeRuntime: true });
  const shared = readFunction(inputs, values, login.projectId);
  setTrigger(inputs, values, (path, value) => {
    if (value !== undefined) shared.settings.set(path, value);
  });
  refuseTrigger(inputs, shared, values.event_trigger_type);
  const allTraffic = values.all_traffic_on_latest_revision;
  return {
    login,
    request: {
      ...shared,
      ...(allTraffic === undefined ? {} : { allTraffic }),
      onExposed: values.on_exposed,
      noTraffic: values.no_traffic,
      tag: values.tag,
      dryRun: values.dry_run,
    },
    freeze: { windows: values.freeze ?? [], override: values.freeze_override },
    alerts: alertRules(values),
    model: askedModel(inputs, values, shared.settings),
    requireProof: values.require_proof,
    propagationSeconds: values.propagation_timeout,
    preflight: values.preflight,
    newRegion: values.new_region,
  };
}

function alertRules({
  on_alert: onAlert,
  alert_override: override,
}: Inputs<'deploy'>): AlertRules | undefined {
  return onAlert === undefined || onAlert === 'ignore' ? undefined : { onAlert, chosen: true, override };
}

/** What `deploy` and the release build alike, under the names of deploy-cloud-functions@v4. Notes problems. */
export function readFunction(
  inputs: InputReader,
  values: FunctionInputs,
  project = '',
): Omit<DeployRequest, 'noTraffic' | 'dryRun' | 'onExposed' | 'signal'> & { settings: Map<string, Json> } {
  const settings = new Map<string, Json>();
  const set: Set = (path, value) => {
    if (value !== undefined) settings.set(path, value);
  };
  const asked = readTarget(inputs, values);
  set('description', values.description);
  set('labels', values.labels);
  set('kmsKeyName', values.kms_key_name);
  setBuild(values, set, project);
  setService(inputs, values, set, project);
  refuseBuild(inputs, asked.image);
  return {
    project,
    region: values.region,
    ...asked,
    sourceDir: values.source_dir,
    settings,
    onConflict: values.on_conflict,
    deadlineSeconds: values.deploy_timeout,
    force: values.force,
  };
}

function setBuild(values: FunctionInputs, set: Set, project: string): void {
  const account = values.build_service_account;
  set('buildConfig.runtime', values.runtime);
  set('buildConfig.entryPoint', values.entry_point);
  set('buildConfig.environmentVariables', values.build_environment_variables);
  set('buildConfig.serviceAccount', account && parseBuildAccount(account, project));
  set('buildConfig.workerPool', values.build_worker_pool);
  set('buildConfig.dockerRepository', values.docker_repository);
}

function setService(inputs: InputReader, values: FunctionInputs, set: Set, project: string): void {
  const service: Set = (name, value) => set(`serviceConfig.${name}`, value);
  service('availableMemory', values.memory);
  service('availableCpu', values.cpu);
  service(
    'timeoutSeconds',
    either(inputs, 'service_timeout', values.service_timeout, 'timeout', values.timeout),
  );
  service(
    'environmentVariables',
    either(inputs, 'environment_variables', values.environment_variables, 'env_vars', values.env_vars),
  );
  service('ingressSettings', values.ingress_settings);
  service('maxInstanceCount', values.max_instance_count);
  service('minInstanceCount', values.min_instance_count);
  service('maxInstanceRequestConcurrency', values.max_instance_request_concurrency);
  service('serviceAccountEmail', runtimeAccount(inputs, values));

  const { vpc_connector: connector, direct_vpc_network_interface: network } = values;
  const location = locationPath(project, values.region);
  service('vpcConnector', connector && parseConnector(connector, location));
  service('vpcConnectorEgressSettings', values.vpc_connector_egress_settings);
  service('directVpcNetworkInterface', network);
  service('directVpcEgress', values.direct_vpc_egress && `VPC_EGRESS_${values.direct_vpc_egress}`);
  if (connector && network)
    inputs.problem(['vpc_connector', 'direct_vpc_network_interface'], 'expected only one of them');

  const secrets = values.secrets && secretSettings(values.secrets, project);
  service('secretEnvironmentVariables', secrets?.variables);
  service('secretVolumes', secrets?.volumes);
}

/**
 * With `workload_identity_provider` on the same step, `service_account` belongs to the login. Without it, it is the
 * account of the function, as in v4.
 */
function runtimeAccount(inputs: InputReader, values: FunctionInputs): string | undefined {
  const own = values.runtime_service_account;
  return own !== undefined || inputs.isSet('workload_identity_provider') ? own : values.service_account;
}

function setTrigger(inputs: InputReader, values: Inputs<'deploy'>, set: Set): void {
  const { event_trigger_type: type, event_trigger_retry: retry } = values;
  const parts: [string, Json | undefined][] = [
    ['eventType', type],
    ['triggerRegion', values.event_trigger_location],
    ['eventFilters', values.event_trigger_filters],
    ['pubsubTopic', values.event_trigger_pubsub_topic],
    ['serviceAccountEmail', values.event_trigger_service_account],
    ['channel', values.event_trigger_channel],
    ['retryPolicy', retry === undefined ? undefined : `RETRY_POLICY_${retry ? 'RETRY' : 'DO_NOT_RETRY'}`],
  ];
  if (type === undefined && parts.some(([, value]) => value !== undefined))
    inputs.missing('event_trigger_type', 'it together with the other event_trigger inputs');
  for (const [name, value] of parts) set(`eventTrigger.${name}`, value);
}
