import {
  type Json,
  type JsonObject,
  listOf,
  objectOf,
  textMapOf,
  textOf,
  textsOf,
} from '../../domain/data/json.ts';
import { shortName } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { ServiceScaling } from '../../domain/traffic/outside/settings.ts';
import type { TrafficTarget } from '../../domain/traffic/traffic.ts';
import type { RunRevision, RunService, TrafficStatus } from '../../steps/ports/services.ts';

/**
 * Reads the JSON of Cloud Run v2 (google/cloud/run/v2/service.proto, revision.proto, traffic_target.proto). The API
 * writes names of revisions in full in the fields of a service and short in its traffic; here they are always short.
 */

const shortOf = (value: Json | undefined): string | undefined => shortName(textOf(value));

function targetOf(value: Json): TrafficTarget {
  const raw = objectOf(value);
  const target: TrafficTarget = {};
  const type = textOf(raw.type);
  const revision = shortOf(raw.revision);
  const tag = textOf(raw.tag);
  if (type === 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST' || type === 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION')
    target.type = type;
  if (revision !== undefined) target.revision = revision;
  if (typeof raw.percent === 'number') target.percent = raw.percent;
  if (tag !== undefined) target.tag = tag;
  return target;
}

/** A status of LATEST may come without a revision; then it means the latest ready one. */
function statusOf(value: Json, latestReady: string | undefined): TrafficStatus {
  const status: TrafficStatus = targetOf(value);
  const uri = textOf(objectOf(value).uri);
  if (uri !== undefined) status.uri = uri;
  if (status.revision === undefined && latestReady !== undefined) status.revision = latestReady;
  return status;
}

/** These flags decide who may call. A flag of another type must not count as off. */
function flagOf(raw: JsonObject, field: string): boolean {
  const value = raw[field] ?? false;
  if (typeof value !== 'boolean')
    throw new ReleaseError('response-malformed', {
      what: `Cloud Run described a service whose ${field} is neither true nor false.`,
    });
  return value;
}

/** Counts may come as text, because the API writes 64-bit integers as text. */
function scalingOf(raw: JsonObject): ServiceScaling {
  const scaling: ServiceScaling = {};
  for (const field of ['minInstanceCount', 'maxInstanceCount', 'manualInstanceCount'] as const) {
    const count = Number(raw[field]);
    if (raw[field] !== undefined && Number.isInteger(count)) scaling[field] = count;
  }
  const mode = textOf(raw.scalingMode);
  return mode === undefined ? scaling : { ...scaling, scalingMode: mode };
}

export function readService(answer: JsonObject): RunService {
  // An answer may be any JSON, `null` included.
  const raw = objectOf(answer);
  const name = textOf(raw.name);
  const etag = textOf(raw.etag);
  if (!name || !etag)
    throw new ReleaseError('response-malformed', {
      what: 'Cloud Run described a service without its name or etag.',
    });
  const terminal = objectOf(raw.terminalCondition);
  const latestReady = shortOf(raw.latestReadyRevision);
  const generation = raw.generation === undefined ? '' : String(raw.generation);
  const observed = raw.observedGeneration === undefined ? '' : String(raw.observedGeneration);
  const reconciling = raw.reconciling === true;
  const arrived = !reconciling && generation === observed;
  return {
    name,
    uri: textOf(raw.uri) ?? '',
    urls: textsOf(raw.urls),
    etag,
    annotations: textMapOf(raw.annotations),
    labels: textMapOf(raw.labels),
    traffic: listOf(raw.traffic).map(targetOf),
    trafficStatuses: listOf(raw.trafficStatuses).map((status) => statusOf(status, latestReady)),
    latestCreatedRevision: shortOf(raw.latestCreatedRevision),
    latestReadyRevision: latestReady,
    invokerIamDisabled: flagOf(raw, 'invokerIamDisabled'),
    iapEnabled: flagOf(raw, 'iapEnabled'),
    defaultUriDisabled: flagOf(raw, 'defaultUriDisabled'),
    ingress: textOf(raw.ingress),
    customAudiences: textsOf(raw.customAudiences),
    scaling: scalingOf(objectOf(raw.scaling)),
    description: textOf(raw.description) ?? '',
    reconciling,
    arrived,
    settled: arrived && textOf(terminal.state) === 'CONDITION_SUCCEEDED',
    terminalMessage: textOf(terminal.message),
    raw,
  };
}

export function readRevision(raw: JsonObject): RunRevision {
  const name = shortOf(raw.name);
  if (!name)
    throw new ReleaseError('response-malformed', {
      what: 'Cloud Run described a revision without its name.',
    });
  const ready = listOf(raw.conditions)
    .map(objectOf)
    .find((condition) => condition.type === 'Ready');
  return {
    name,
    ready: textOf(ready?.state) === 'CONDITION_SUCCEEDED',
    failed: textOf(ready?.state) === 'CONDITION_FAILED',
    createTime: textOf(raw.createTime) ?? '',
    message: textOf(ready?.message),
    logUri: textOf(raw.logUri),
    raw,
  };
}
