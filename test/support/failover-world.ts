import { readFileSync } from 'node:fs';
import { grant } from '../../sandbox/core/policies.ts';
import type { Sandbox } from '../../sandbox/index.ts';
import { bucketResource } from '../../sandbox/storage/render.ts';
import { addBucket } from '../../sandbox/storage/state.ts';
import type { JsonObject } from '../../src/domain/data/json.ts';
import { createBalancers } from '../../src/gcp/balancer/backend-services.ts';
import { createLogEntries } from '../../src/gcp/logs/log-entries.ts';
import { createServices } from '../../src/gcp/run/services.ts';
import { createBuckets } from '../../src/gcp/storage/buckets.ts';
import { endpoints } from '../../src/http/endpoints.ts';
import { createProber } from '../../src/http/probe.ts';
import { createRest } from '../../src/http/rest.ts';
import { exerciseFailover } from '../../src/steps/drill/failover.ts';
import type { FailoverContext, FailoverRequest } from '../../src/steps/drill/failover-ports.ts';
import { buildBalancer } from '../sandbox/support/balancer.ts';
import { Client, inline, openSandbox } from '../sandbox/support/client.ts';

/** Two private services behind one load balancer, and the exercise with its real adapters. */
export const eu = 'europe-west1';
export const us = 'us-central1';

export type Ports = Parameters<typeof exerciseFailover>[0];

export interface FailoverWorld {
  sandbox: Sandbox;
  client: Client;
  front: string;
  ports: Ports;
  lines: string[];
  /** Changes the backend service as somebody else would. */
  patch(body: object): Promise<void>;
  backend(): Promise<JsonObject>;
  /** Writes to the backend service, by everybody. */
  writes(): number;
  fronts(settings: object): Promise<unknown>;
  later(ms: number): void;
  run(more?: {
    ports?: Partial<Ports>;
    context?: Partial<FailoverContext>;
    request?: Partial<FailoverRequest>;
  }): ReturnType<typeof exerciseFailover>;
}

export async function failoverWorld(): Promise<FailoverWorld> {
  const client = await openSandbox();
  const { sandbox } = client;
  const { world } = sandbox;
  for (const region of [eu, us]) await new Client(sandbox, region).deploy('ocr', inline(200, { region }));
  const front = await buildBalancer(client, { service: 'ocr', regions: [eu, us] });
  const owner = (await client.control('POST', '/tokens', { member: 'user:owner@example.com' })).body
    .accessToken;
  const token = async () =>
    readFileSync(sandbox.env.CLOUDSDK_AUTH_ACCESS_TOKEN_FILE as string, 'utf8').trim();
  addBucket(world, 'results', 'EUR4');
  for (const [scope, role] of [
    [bucketResource(world, 'results'), 'roles/storage.objectUser'],
    [`//cloudresourcemanager.googleapis.com/projects/${sandbox.project}`, 'roles/compute.loadBalancerAdmin'],
  ] as const)
    grant(world.policies, scope, role, `serviceAccount:${sandbox.env.SERVICE_ACCOUNT}`);
  // These exercises look at the log every few milliseconds.
  await client.control('PATCH', '/settings', { enforceLoggingQuota: false });
  const lines: string[] = [];
  const say = (text: string) => void lines.push(text);
  const log = { line: say, warning: say, detail: say, debug: say };
  const clock = {
    now: () => world.now(),
    steady: () => performance.now(),
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((done, fail) => {
        if (signal?.aborted) return fail(signal.reason);
        setTimeout(done, Math.min(ms, 20));
      }),
  };
  const rest = createRest({
    ...{ endpoints: endpoints(sandbox.env, 'googleapis.com'), clock, log, accessToken: token },
    ...{ redact: (text: string) => text, userAgent: 'test' },
  });
  const ports: Ports = {
    ...{ clock, log },
    balancers: createBalancers(rest, clock),
    services: createServices(rest),
    prober: createProber(endpoints(sandbox.env, 'googleapis.com'), 'test'),
    tokens: { idToken: (audience) => client.idToken(audience) },
    entries: createLogEntries(rest),
    buckets: createBuckets(rest),
  };
  const path = `/compute/v1/projects/${sandbox.project}/global/backendServices/ocr-backend`;
  const place = (region: string) => ({
    region,
    service: `projects/${sandbox.project}/locations/${region}/services/ocr`,
  });
  let runs = 0;
  return {
    ...{ sandbox, client, front, ports, lines },
    async patch(body) {
      const answer = await client.api('compute', 'PATCH', path, body, owner);
      if (answer.status !== 200) throw new Error(answer.text);
    },
    backend: async () => (await client.api('compute', 'GET', path, undefined, owner)).body as JsonObject,
    writes: () => world.requests.filter(({ api, method }) => api === 'compute' && method === 'PATCH').length,
    fronts: (settings) => client.control('PATCH', '/settings', { fronts: settings }),
    later: (ms) => {
      world.settings.clockOffsetMs += ms;
    },
    run: ({ ports: other, context, request } = {}) =>
      exerciseFailover(
        { ...ports, ...other },
        {
          ...{ project: sandbox.project, backendService: 'ocr-backend', frontUrl: front },
          ...{ waitMs: 60_000, paceMs: 5, lookMs: 20 },
          ...request,
        },
        {
          ...{ run: `run-${++runs}`, first: place(eu), second: place(us), takes: 100, needed: 40, found: [] },
          targets: { rpo: undefined, rto: 60, window: 604_800 },
          results: { bucket: 'results', folder: 'drills/failovers/' },
          ...context,
        },
      ),
  };
}
