import {
  isObject,
  type Json,
  type JsonObject,
  listOf,
  objectOf,
  textMapOf,
  textOf,
  textsOf,
} from '../../domain/data/json.ts';
import { encodeName, revisionPattern, shortName } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { TrafficTarget } from '../../domain/traffic/traffic.ts';
import type { Rest } from '../../http/rest.ts';
import type { RunRevision, RunService, Services, TrafficStatus } from '../../steps/ports/services.ts';

/**
 * Cloud Run v2 over REST (google/cloud/run/v2/service.proto, revision.proto, traffic_target.proto). Names of
 * revisions are full in the API's service fields and short in its traffic; here they are always short.
 */

/** `projects/P/.../revisions/R` or `R` as `R`. */

const shortOf = (value: Json | undefined): string | undefined => {
  const text = textOf(value);
  return text === undefined ? undefined : shortName(text);
};

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

/** A status of LATEST may come without its revision: then it is the latest ready one. */
function statusOf(value: Json, latestReady: string | undefined): TrafficStatus {
  const status: TrafficStatus = targetOf(value);
  const uri = textOf(objectOf(value).uri);
  if (uri !== undefined) status.uri = uri;
  if (status.revision === undefined && latestReady !== undefined) status.revision = latestReady;
  return status;
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
    invokerIamDisabled: raw.invokerIamDisabled === true,
    iapEnabled: raw.iapEnabled === true,
    defaultUriDisabled: raw.defaultUriDisabled === true,
    ingress: textOf(raw.ingress),
    customAudiences: textsOf(raw.customAudiences),
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

const servicePattern = /^projects\/[^/?#]+\/locations\/[^/?#]+\/services\/[^/?#]+$/;

function pathOf(service: string, revision?: string): string {
  if (!servicePattern.test(service) || (revision !== undefined && !revisionPattern.test(revision)))
    throw new ReleaseError('internal', {
      what: `"${service.slice(0, 120)}" is not the name of a Cloud Run service.`,
    });
  const path = `v2/${encodeName(service)}`;
  return revision === undefined ? path : `${path}/revisions/${encodeURIComponent(revision)}`;
}

/** google.rpc.Code ABORTED, in an operation that ended at once. */
const aborted = 10;

/** `times`: milliseconds for one attempt and for all attempts of a call. */
export function createServices(rest: Rest, times = { attemptMs: 10_000, deadlineMs: 45_000 }): Services {
  const read = times;
  return {
    async get(service, signal) {
      const answer = await rest.call({
        api: 'run',
        method: 'GET',
        path: pathOf(service),
        accept: [404],
        signal,
        ...read,
      });
      return answer.status === 404 ? undefined : readService(answer.body);
    },

    async revisions(service, signal) {
      const found: RunRevision[] = [];
      let pageToken: string | undefined;
      // Cloud Run keeps at most 1000 revisions of a service: 20 pages of 100 always reach the end.
      for (let page = 0; page < 20; page++) {
        const query = { pageSize: 100, pageToken };
        const { body } = await rest.call({
          api: 'run',
          method: 'GET',
          path: `${pathOf(service)}/revisions`,
          query,
          signal,
          ...read,
        });
        found.push(...listOf(body.revisions).map((item) => readRevision(objectOf(item))));
        pageToken = textOf(body.nextPageToken);
        if (pageToken === undefined) break;
      }
      return found;
    },

    async revision(service, revision, signal) {
      const path = pathOf(service, revision);
      const answer = await rest.call({ api: 'run', method: 'GET', path, accept: [404], signal, ...read });
      return answer.status === 404 ? undefined : readRevision(answer.body);
    },

    /**
     * The etag makes the write repeatable: a second arrival of a write that took effect finds another etag and is a
     * conflict, and the caller re-reads after every conflict. `annotations` is the whole map.
     */
    async patch(service, change, options) {
      const { body, status } = await rest.call({
        api: 'run',
        method: 'PATCH',
        path: pathOf(service),
        query: {
          updateMask: Object.keys(change).join(','),
          validateOnly: options.validateOnly ? true : undefined,
        },
        body: { ...change, etag: options.etag },
        accept: [409, 412],
        retry: 'repeatable-write',
        ...times,
        signal: options.signal,
      });
      if (status === 409 || status === 412) return 'conflict';
      const error = isObject(body.error) ? body.error : undefined;
      if (error?.code === aborted) return 'conflict';
      if (error)
        throw new ReleaseError('remote-error', {
          what: `Cloud Run refused the change of ${shortName(service)}: ${textOf(error.message) ?? 'no reason given'}`,
        });
      return 'accepted';
    },
  };
}
