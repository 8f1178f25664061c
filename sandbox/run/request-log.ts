import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { World } from '../core/state.ts';
import { recordMetric } from '../logs/metrics-store.ts';
import { micros, writeEntry } from '../logs/store.ts';
import type { Served } from '../revisions/instance.ts';
import type { Door, Service } from './model.ts';
import type { Refusal } from './refusals.ts';

export interface RequestEnd {
  door: Door;
  request: IncomingMessage;
  served: Served;
  /** Set if the front end answered, not the container. */
  refusal: Refusal | undefined;
  revision: string | undefined;
  /** Milliseconds since the epoch. */
  start: number;
  milliseconds: number;
  trace: string;
  span: string;
}

/** Called at the end of every request. The load generator and tests use it. */
export type RequestObserver = (service: Service, end: RequestEnd) => void;

export const requestObservers = (world: World): Set<RequestObserver> =>
  world.extension('request observers', () => new Set<RequestObserver>());

export function revisionLabels(world: World, service: Service, revision: string): Record<string, string> {
  return {
    configuration_name: service.id,
    location: service.location,
    project_id: world.project,
    revision_name: revision,
    service_name: service.id,
  };
}

const severityOf = (status: number) => (status >= 500 ? 'ERROR' : status >= 400 ? 'WARNING' : 'INFO');

/**
 * Writes the entry of `run.googleapis.com/requests` that Cloud Run writes for every request. The entry of a refused request
 * gives the reason in textPayload and has no instanceId. Quirks decide whether it names the revision that the request would have
 * reached, and whether there is an entry at all for a refusal by ingress, because Google's behaviour is not verified.
 */
export function writeRequestLog(world: World, service: Service, end: RequestEnd): void {
  const { request, served, refusal, trace, span } = end;
  const status = served.outcome === 'aborted' ? 499 : served.status;
  const reached = !refusal || served.outcome === 'broken' || served.outcome === 'timeout';
  const { exhausted429HasRevision, refusedHasRevision, ingressRefusalIsLogged } = world.quirks;
  const nameless = status === 429 ? !exhausted429HasRevision : !reached && !refusedHasRevision;
  const finished = end.start + end.milliseconds;
  const logged = ingressRefusalIsLogged || refusal?.ingress !== true;
  if (logged)
    writeEntry(world, {
      insertId: randomBytes(12).toString('hex'),
      httpRequest: {
        requestMethod: request.method,
        requestUrl: `${end.door.url}${request.url}`,
        requestSize: String(served.requestBytes),
        status,
        responseSize: String(served.responseBytes),
        ...(request.headers['user-agent'] ? { userAgent: request.headers['user-agent'] } : {}),
        remoteIp: request.socket.remoteAddress ?? '127.0.0.1',
        serverIp: '127.0.0.1',
        latency: `${(end.milliseconds / 1000).toFixed(9)}s`,
        protocol: `HTTP/${request.httpVersion}`,
      },
      resource: {
        type: 'cloud_run_revision',
        labels: revisionLabels(world, service, nameless ? '' : (end.revision ?? '')),
      },
      timestamp: micros(world.quirks.logTimestampIsStart ? end.start : finished),
      severity: severityOf(status),
      labels: {
        ...(service.labels['goog-managed-by'] ? { 'goog-managed-by': 'cloudfunctions' } : {}),
        ...(reached ? { instanceId: instanceId(service, end.revision) } : {}),
      },
      logName: `projects/${world.project}/logs/run.googleapis.com%2Frequests`,
      trace: `projects/${world.project}/traces/${trace}`,
      spanId: span,
      ...(reached ? { traceSampled: true } : {}),
      ...(refusal ? { textPayload: refusal.log } : {}),
    });
  if (reached && end.revision)
    recordMetric(world, {
      service: service.id,
      location: service.location,
      revision: end.revision,
      status,
      milliseconds: end.milliseconds,
      at: finished,
    });
  for (const observer of requestObservers(world)) observer(service, end);
}

const instanceId = (service: Service, revision: string | undefined) =>
  Buffer.from(`${service.uid}${revision}`).toString('hex').padEnd(124, '0').slice(0, 124);
