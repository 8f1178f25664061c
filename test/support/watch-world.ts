import type { SandboxOptions } from '../../sandbox/index.ts';
import { metricPoints } from '../../sandbox/logs/metrics-store.ts';
import { logStore, micros } from '../../sandbox/logs/store.ts';
import { type Client, inline, openSandbox } from '../sandbox/support/client.ts';
import { type ActionRun, runAction } from './run-action.ts';

/** One request of the past: how long ago it began, and how it ended. */
export interface Past {
  revision: string;
  secondsAgo: number;
  status?: number;
  latencyMs?: number;
  userAgent?: string;
  url?: string;
  textPayload?: string;
  /** Milliseconds until the log entry of the request can be read. Default: the `lagMs` of the world. */
  lagMs?: number;
}

const pin = (revision: string, percent: number) => ({
  type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION',
  revision,
  percent,
});

/** A sandbox with a function `ocr` that has two revisions, `old` and `next`. Tests write the requests of its past. */
export class WatchWorld {
  readonly client: Client;
  readonly old: string;
  readonly next: string;
  /** Lag of past requests that name none. */
  lagMs = 1000;
  #serial = 0;

  constructor(client: Client, old: string, next: string) {
    this.client = client;
    this.old = old;
    this.next = next;
  }

  static async open(options: {
    percent: number;
    old?: object;
    next?: object;
    sandbox?: SandboxOptions;
  }): Promise<WatchWorld> {
    const client = await openSandbox({ logLagMs: 500, ...options.sandbox });
    const files = (responses: object | undefined) =>
      responses ? { 'sandbox.json': JSON.stringify({ responses }) } : inline(200);
    await client.deploy('ocr', files(options.old));
    const old = (await client.function('ocr')).body.serviceConfig.revision as string;
    await client.traffic('ocr', [pin(old, 100)]);
    await client.deploy('ocr', files(options.next), { service: { allTrafficOnLatestRevision: false } });
    const next = (await client.service('ocr')).latestCreatedRevision.split('/').at(-1) as string;
    const rest = 100 - options.percent;
    await client.traffic('ocr', [pin(next, options.percent), ...(rest > 0 ? [pin(old, rest)] : [])]);
    return new WatchWorld(client, old, next);
  }

  get #labels() {
    const { world, region, project } = this.client.sandbox;
    return {
      world,
      labels: { configuration_name: 'ocr', location: region, project_id: project, service_name: 'ocr' },
    };
  }

  /** Writes a request into the log, or with `metric` into the metrics. */
  past(request: Past, metric = false): void {
    const { world, labels } = this.#labels;
    const { status = 200, latencyMs = 20, lagMs = this.lagMs } = request;
    const at = world.now() - request.secondsAgo * 1000;
    if (metric) {
      metricPoints(world).push({
        service: 'ocr',
        location: labels.location,
        revision: request.revision,
        status,
        milliseconds: latencyMs,
        at,
      });
      return;
    }
    logStore(world).entries.push({
      visibleAt: at + lagMs,
      entry: {
        insertId: `past-${this.#serial++}`,
        logName: `projects/${labels.project_id}/logs/run.googleapis.com%2Frequests`,
        timestamp: micros(at),
        receiveTimestamp: micros(at + lagMs),
        resource: { type: 'cloud_run_revision', labels: { ...labels, revision_name: request.revision } },
        httpRequest: {
          status,
          latency: `${latencyMs / 1000}s`,
          requestUrl: request.url ?? 'https://ocr.example.com/',
          userAgent: request.userAgent ?? 'curl/8',
        },
        ...(request.textPayload ? { textPayload: request.textPayload } : {}),
      },
    });
  }

  /** Spreads `count` requests evenly from `from` to `to` seconds ago. Every `everyBad`-th has the status `bad`; 0 means none. */
  stretch(
    revision: string,
    count: number,
    from: number,
    to: number,
    everyBad = 0,
    metric = false,
    bad = 500,
  ): void {
    for (let i = 0; i < count; i++) {
      const secondsAgo = from + ((to - from) * (i + 0.5)) / count;
      this.past({ revision, secondsAgo, status: everyBad > 0 && i % everyBad === 0 ? bad : 200 }, metric);
    }
  }

  load(rps: number, seconds: number): Promise<unknown> {
    return this.client.control('POST', '/load', { function: 'ocr', rps, seconds });
  }

  watch(inputs: Record<string, string> = {}, options: { cwd?: string } = {}): Promise<ActionRun> {
    const { sandbox } = this.client;
    return runAction('watch', {
      ...options,
      env: { ...sandbox.env },
      inputs: {
        name: 'ocr',
        region: sandbox.region,
        project_id: sandbox.project,
        workload_identity_provider: sandbox.env.WORKLOAD_IDENTITY_PROVIDER as string,
        service_account: sandbox.env.READER_SERVICE_ACCOUNT as string,
        slo: '95%',
        poll_interval: '3s',
        ...inputs,
      },
    });
  }

  stop = () => this.client.sandbox.stop();
}
