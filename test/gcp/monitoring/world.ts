import { type Alerting, alerting } from '../../../sandbox/alerting/state.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { googleResources } from '../../../src/domain/alerting/google/resources.ts';
import type { AlertingRequest } from '../../../src/domain/alerting/request.ts';
import { createMonitoringStore } from '../../../src/gcp/monitoring/store.ts';
import { endpoints } from '../../../src/http/endpoints.ts';
import { createRest } from '../../../src/http/rest.ts';
import { createClock } from '../../../src/runner/clock.ts';
import { type KeepRequest, keep } from '../../../src/steps/slo/keep.ts';
import type { SloStore } from '../../../src/steps/slo/ports.ts';
import { tokenOf } from '../../support/empty-project.ts';

const silent = { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} };

export const request: AlertingRequest = {
  ...{ slo: 'ocr-api', service: 'ocr-api', region: 'us-central1', windowSeconds: 30 * 86_400 },
  objectives: [
    { id: 'availability', kind: 'availability', target: 0.995, title: 'requests without an error' },
    { id: 'latency', kind: 'latency', target: 0.95, slowerThanMs: 5000, title: 'answers within 5 s' },
  ],
};

/** The store of Cloud Monitoring by its real client, as the owner of the sandbox's project. */
export async function monitoringWorld() {
  const sandbox: Sandbox = await startSandbox();
  const token = await tokenOf(sandbox);
  const rest = createRest({
    endpoints: endpoints(sandbox.env),
    clock: { ...createClock(), sleep: async () => {} },
    log: silent,
    accessToken: async () => token,
    redact: (text) => text,
    userAgent: 'test',
  });
  const { project } = sandbox;
  const state: Alerting = alerting(sandbox.world);
  const run = (
    mode: KeepRequest['mode'],
    {
      asked = request,
      prune = false,
      channels = undefined as readonly string[] | undefined,
      wrap = (store: SloStore) => store,
    } = {},
  ) =>
    keep(
      { store: wrap(createMonitoringStore({ rest, project, slo: asked.slo })), log: silent },
      {
        ...{ mode, prune, signal: new AbortController().signal },
        wanted: googleResources(asked, { project, channels }).wanted,
      },
    );
  /** Every write that reached the sandbox. */
  const writes = async (): Promise<string[]> => {
    const answer = (await (await fetch(`${sandbox.control}/requests`)).json()) as {
      requests?: { api: string; method: string; path: string }[];
    };
    const all = answer.requests ?? (answer as unknown as { api: string; method: string; path: string }[]);
    return all
      .filter(({ api, method }) => api === 'monitoring' && method !== 'GET')
      .map(({ method, path }) => `${method} ${path}`);
  };
  /** What exists, without Google's own ids and times. */
  const end = (): string => {
    const strip = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(strip);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .filter(([name]) => !['name', 'etag', 'creationRecord', 'mutationRecord'].includes(name))
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, inner]) => [name, strip(inner)]),
      );
    };
    const { services, objectives, policies, dashboards } = state;
    const texts = [services, objectives, policies, dashboards].map((map) =>
      [...map.values()].map((one) => JSON.stringify(strip(one))).sort(),
    );
    return JSON.stringify(texts);
  };
  return { sandbox, rest, project, state, run, writes, end, stop: () => sandbox.stop() };
}
