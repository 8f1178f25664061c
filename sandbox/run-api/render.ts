import {
  etagOf,
  isSettled,
  LATEST,
  type LiveTarget,
  type Revision,
  revisionPath,
  type Service,
} from '../run/model.ts';

const iso = (milliseconds: number) => new Date(milliseconds).toISOString().replace(/(\.\d+)Z$/, '$1000Z');

type Json = Record<string, unknown>;

function condition(
  type: string,
  state: 'SUCCEEDED' | 'RECONCILING' | 'FAILED' | 'PENDING',
  at: number,
  message?: string,
): Json {
  return { type, state: `CONDITION_${state}`, ...(message ? { message } : {}), lastTransitionTime: iso(at) };
}

function status(service: Service, target: LiveTarget): Json {
  const uri = target.tag ? service.doors.get(`tag ${target.tag}`)?.url : undefined;
  return {
    type: target.type,
    ...(target.type === LATEST ? {} : { revision: target.revision }),
    ...(target.percent ? { percent: target.percent } : {}),
    ...(target.tag ? { tag: target.tag } : {}),
    ...(uri ? { uri } : {}),
  };
}

const filled = (map: Record<string, unknown>) => Object.keys(map).length > 0;

/** google.cloud.run.v2.RevisionTemplate of a revision. Cloud Functions writes the same one for every function. */
export function templateOf(revision: Revision | undefined): Json {
  if (!revision) return {};
  const { settings } = revision;
  if (settings.template) return structuredClone(settings.template);
  return {
    labels: settings.labels,
    scaling: {
      ...(settings.minInstances ? { minInstanceCount: settings.minInstances } : {}),
      maxInstanceCount: settings.maxInstances,
    },
    timeout: `${settings.timeoutSeconds}s`,
    serviceAccount: settings.serviceAccount,
    maxInstanceRequestConcurrency: settings.concurrency,
    containers: [container(revision)],
  };
}

function container({ settings }: Revision): Json {
  return {
    name: 'worker',
    image: settings.image,
    env: Object.entries(settings.env).map(([name, value]) => ({ name, value })),
    resources: {
      limits: { cpu: settings.cpu, memory: settings.memory },
      cpuIdle: true,
      startupCpuBoost: true,
    },
    ports: [{ name: 'http1', containerPort: 8080 }],
    startupProbe: { timeoutSeconds: 240, periodSeconds: 240, failureThreshold: 1, tcpSocket: { port: 8080 } },
  };
}

/** Renders a google.cloud.run.v2.Service as JSON, without empty and false fields and with full names of revisions. */
export function renderService(service: Service): Json {
  const settled = isSettled(service);
  const at = service.updateTime;
  const state = service.failure ? 'FAILED' : settled ? 'SUCCEEDED' : 'RECONCILING';
  const newest = service.latestCreated ? service.revisions.get(service.latestCreated) : undefined;
  const urls = [...service.doors.values()].filter(({ kind }) => kind !== 'tag').map(({ url }) => url);
  return {
    name: service.name,
    ...(service.description ? { description: service.description } : {}),
    uid: service.uid,
    generation: String(service.generation),
    ...(filled(service.labels) ? { labels: { ...service.labels } } : {}),
    ...(filled(service.annotations) ? { annotations: { ...service.annotations } } : {}),
    createTime: iso(service.createTime),
    updateTime: iso(service.updateTime),
    creator: service.creator,
    lastModifier: service.lastModifier,
    ...(service.client ? { client: service.client } : {}),
    ...(service.clientVersion ? { clientVersion: service.clientVersion } : {}),
    ingress: service.ingress,
    launchStage: service.launchStage ?? 'GA',
    ...(service.binaryAuthorization ? { binaryAuthorization: service.binaryAuthorization } : {}),
    template: service.template ? structuredClone(service.template) : templateOf(newest),
    traffic: service.traffic.map((target) => ({ ...target })),
    scaling: { ...service.scaling },
    ...(service.invokerIamDisabled ? { invokerIamDisabled: true } : {}),
    ...(service.defaultUriDisabled ? { defaultUriDisabled: true } : {}),
    ...(service.iapEnabled ? { iapEnabled: true } : {}),
    // Security Command Center switches the first on for the whole project.
    ...(service.threatDetectionEnabled ? { threatDetectionEnabled: true } : {}),
    ...(service.sshEnabled ? { sshEnabled: true } : {}),
    ...(service.customAudiences.length ? { customAudiences: [...service.customAudiences] } : {}),
    urls,
    ...(service.buildConfig ? { buildConfig: { ...service.buildConfig } } : {}),
    observedGeneration: String(service.observedGeneration),
    terminalCondition: condition('Ready', state, at, service.failure),
    conditions: [
      condition('RoutesReady', state, at, service.failure),
      condition(
        'ConfigurationsReady',
        newest?.state === 'failed' ? 'FAILED' : 'SUCCEEDED',
        at,
        newest?.message,
      ),
    ],
    ...(service.latestReady ? { latestReadyRevision: revisionPath(service, service.latestReady) } : {}),
    ...(service.latestCreated ? { latestCreatedRevision: revisionPath(service, service.latestCreated) } : {}),
    trafficStatuses: service.live.map((target) => status(service, target)),
    uri: service.doors.get('service')?.url,
    ...(settled ? {} : { reconciling: true }),
    etag: etagOf(service),
  };
}

/** Renders a google.cloud.run.v2.Revision as JSON. */
export function renderRevision(service: Service, revision: Revision): Json {
  const at = revision.createTime;
  const state =
    revision.state === 'ready' ? 'SUCCEEDED' : revision.state === 'failed' ? 'FAILED' : 'RECONCILING';
  const query = encodeURIComponent(
    `resource.type="cloud_run_revision" resource.labels.service_name="${service.id}" resource.labels.revision_name="${revision.name}"`,
  );
  const { containers, ...rest } = templateOf(revision);
  return {
    name: revisionPath(service, revision.name),
    uid: revision.uid,
    generation: '1',
    createTime: iso(at),
    updateTime: iso(at),
    launchStage: 'GA',
    service: service.id,
    ...rest,
    containers,
    conditions: [
      condition('Ready', state, at, revision.message),
      condition('ContainerHealthy', state, at, revision.message),
      condition('ResourcesAvailable', 'SUCCEEDED', at),
    ],
    observedGeneration: '1',
    logUri: `https://console.cloud.google.com/logs/viewer?project=${service.project}&advancedFilter=${query}`,
    etag: `"${Buffer.from(revision.uid.slice(0, 8)).toString('base64')}"`,
  };
}
