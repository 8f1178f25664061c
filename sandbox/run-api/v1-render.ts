import {
  etagOf,
  isSettled,
  LATEST,
  type LiveTarget,
  type Revision,
  type Service,
  type Target,
} from '../run/model.ts';
import { ingressContainer, type Template } from '../run-deploy/template.ts';
import { templateNow } from './next.ts';
import { templateOf } from './render.ts';
import { buildAnnotations } from './v1-body.ts';
import { ingressName } from './v1-names.ts';
import { toV1 } from './v1-template.ts';

type Json = Record<string, unknown>;

/**
 * The resources of Cloud Run's v1 API, which have the form of Knative (run.googleapis.com/$discovery/rest?version=v1).
 * `gcloud run` speaks only this API.
 */
const apiVersion = 'serving.knative.dev/v1';

const iso = (milliseconds: number) => new Date(milliseconds).toISOString().replace(/(\.\d+)Z$/, '$1000Z');

/** v1 has no quotes around the etag. */
export const resourceVersion = (service: Service): string => etagOf(service).replaceAll('"', '');

type Status = 'True' | 'False' | 'Unknown';
const condition = (type: string, status: Status, at: number, message?: string): Json => ({
  type,
  status,
  lastTransitionTime: iso(at),
  ...(message ? { reason: type === 'Ready' ? 'RevisionFailed' : 'HealthCheckContainerError', message } : {}),
});

const target = ({ type, revision, percent, tag }: Target): Json => ({
  ...(type === LATEST ? { latestRevision: true } : { revisionName: revision }),
  ...(percent ? { percent } : {}),
  ...(tag ? { tag } : {}),
});

const live = (service: Service, one: LiveTarget): Json => {
  const url = one.tag ? service.doors.get(`tag ${one.tag}`)?.url : undefined;
  return { ...target(one), revisionName: one.serves, ...(url ? { url } : {}) };
};

const head = (kind: string, name: string, projectNumber: string): Json => ({
  apiVersion,
  kind,
  metadata: { name, namespace: projectNumber },
});

function builds({ buildConfig }: Service): Json {
  return Object.fromEntries(
    Object.entries(buildConfig ?? {}).map(([field, value]) => [
      `run.googleapis.com/${buildAnnotations[field]}`,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  );
}

/** The annotations of a service, with those through which v1 shows what v2 has as fields. */
function annotations(service: Service): Json {
  const urls = [...service.doors.values()].filter(({ kind }) => kind !== 'tag').map(({ url }) => url);
  return {
    ...service.annotations,
    'serving.knative.dev/creator': service.creator,
    'serving.knative.dev/lastModifier': service.lastModifier,
    'run.googleapis.com/ingress': ingressName(service.ingress),
    'run.googleapis.com/urls': JSON.stringify(urls),
    'run.googleapis.com/ingress-status': ingressName(service.ingress),
    ...(service.client ? { 'run.googleapis.com/client-name': service.client } : {}),
    ...(service.clientVersion ? { 'run.googleapis.com/client-version': service.clientVersion } : {}),
    ...(service.description ? { 'run.googleapis.com/description': service.description } : {}),
    ...(service.invokerIamDisabled ? { 'run.googleapis.com/invoker-iam-disabled': 'true' } : {}),
    ...(service.defaultUriDisabled ? { 'run.googleapis.com/default-url-disabled': 'true' } : {}),
    ...(service.iapEnabled ? { 'run.googleapis.com/iap-enabled': 'true' } : {}),
    ...(service.launchStage ? { 'run.googleapis.com/launch-stage': service.launchStage } : {}),
    ...builds(service),
  };
}

export function renderService(service: Service, projectNumber: string): Json {
  const { failure, updateTime: at, generation, observedGeneration } = service;
  const ready: Status = failure ? 'False' : isSettled(service) ? 'True' : 'Unknown';
  const newest = service.latestCreated ? service.revisions.get(service.latestCreated) : undefined;
  const url = service.doors.get('service')?.url;
  return {
    ...head('Service', service.id, projectNumber),
    metadata: {
      name: service.id,
      namespace: projectNumber,
      selfLink: `/apis/${apiVersion}/namespaces/${projectNumber}/services/${service.id}`,
      uid: service.uid,
      resourceVersion: resourceVersion(service),
      generation,
      creationTimestamp: iso(service.createTime),
      labels: { ...service.labels, 'cloud.googleapis.com/location': service.location },
      annotations: annotations(service),
    },
    spec: { template: toV1(templateNow(service)), traffic: service.traffic.map(target) },
    status: {
      observedGeneration,
      conditions: [
        condition('Ready', ready, at, failure),
        condition('ConfigurationsReady', newest?.state === 'failed' ? 'False' : 'True', at, newest?.message),
        condition('RoutesReady', ready, at, failure),
      ],
      ...(service.latestReady ? { latestReadyRevisionName: service.latestReady } : {}),
      ...(service.latestCreated ? { latestCreatedRevisionName: service.latestCreated } : {}),
      traffic: service.live.map((one) => live(service, one)),
      ...(url ? { url, address: { url } } : {}),
    },
  };
}

export function renderRevision(service: Service, revision: Revision, projectNumber: string): Json {
  const { metadata, spec } = toV1(templateOf(revision) as Template);
  const image = String(ingressContainer(templateOf(revision) as Template).image ?? '');
  const ready: Status =
    revision.state === 'ready' ? 'True' : revision.state === 'failed' ? 'False' : 'Unknown';
  const at = revision.createTime;
  return {
    ...head('Revision', revision.name, projectNumber),
    metadata: {
      name: revision.name,
      namespace: projectNumber,
      uid: revision.uid,
      generation: 1,
      creationTimestamp: iso(at),
      labels: {
        ...revision.settings.labels,
        'serving.knative.dev/service': service.id,
        'serving.knative.dev/configuration': service.id,
        'cloud.googleapis.com/location': service.location,
      },
      annotations: { ...(metadata.annotations as Json), 'serving.knative.dev/creator': service.creator },
    },
    spec,
    status: {
      observedGeneration: 1,
      ...(image.includes('@sha256:') ? { imageDigest: image } : {}),
      conditions: [
        condition('Ready', ready, at, revision.message),
        condition('ContainerHealthy', ready, at, revision.message),
        condition('ResourcesAvailable', 'True', at),
      ],
      logUrl: `https://console.cloud.google.com/run/detail/${service.location}/${service.id}/logs`,
    },
  };
}
