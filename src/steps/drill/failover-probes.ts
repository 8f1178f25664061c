import { listOf, objectOf, textOrEmpty } from '../../domain/data/json.ts';
import { shortName } from '../../domain/data/resource-name.ts';
import type { Probe } from '../../domain/drill/failover.ts';
import { messageOf } from '../../domain/errors/errors.ts';
import { userAgent } from '../../domain/product.ts';
import type { RunService } from '../ports/services.ts';
import type { FailoverContext, FailoverPorts, FailoverRequest } from './failover-ports.ts';

const timeoutMs = 10_000;
const mostEntries = 1000;

/** Requests through the load balancer. Each has a user agent of its own, by which the log of the region that answered is found. */
export class Probes {
  readonly sent: (Probe & { agent: string })[] = [];
  readonly #ports: FailoverPorts;
  readonly #request: FailoverRequest;
  readonly #context: FailoverContext;
  /** Audiences of tokens that one of the regions takes, the one that was taken last first. */
  #audiences: string[];
  #count = 0;
  #begun: number;

  constructor(
    ports: FailoverPorts,
    request: FailoverRequest,
    context: FailoverContext,
    services: readonly RunService[],
  ) {
    this.#ports = ports;
    this.#request = request;
    this.#context = context;
    const shared = services.map(({ customAudiences }) => customAudiences);
    const common = shared[0]?.find((audience) => shared.every((all) => all.includes(audience)));
    // Without an audience of both, each region takes tokens for its own URL only.
    this.#audiences = common === undefined ? services.map(({ uri }) => uri) : [common];
    this.#begun = ports.clock.now();
  }

  /** Does Google's front end answer there? Before it has, no token is sent. */
  async isGoogles(): Promise<boolean> {
    const { prober } = this.#ports;
    const { signal } = this.#context;
    const answer = await prober.probe(this.#request.frontUrl, {
      ...{ method: 'GET', timeoutMs, headers: { 'user-agent': this.#agent() } },
      ...(signal ? { signal } : {}),
    });
    return /\bgoogle\b/.test(answer.headers.via ?? '');
  }

  /** Sends one request, and once more with the token for another region if the first is refused. */
  async send(url = this.#request.frontUrl, signal = this.#context.signal): Promise<boolean> {
    const { clock, prober, tokens } = this.#ports;
    let at = clock.steady();
    let ok = false;
    let agent = '';
    for (const audience of [...this.#audiences]) {
      agent = this.#agent();
      const token = await tokens.idToken(audience, signal);
      // What a token takes is no part of a failover.
      at = clock.steady();
      const { status } = await prober.probe(url, {
        ...{ method: 'GET', token, timeoutMs, headers: { 'user-agent': agent } },
        ...(signal ? { signal } : {}),
      });
      ok = status >= 200 && status < 400;
      if (status !== 401) {
        if (ok) this.#audiences = [audience, ...this.#audiences.filter((other) => other !== audience)];
        break;
      }
    }
    if (url === this.#request.frontUrl) this.sent.push({ at, ok, region: undefined, agent });
    return ok;
  }

  #agent(): string {
    return userAgent(`${this.#context.run}-${++this.#count}`, 'failover');
  }

  /** Reads in the logs which region answered. An error is no news: the next look tries again. */
  async look(signal = this.#context.signal): Promise<void> {
    const { entries, log, clock } = this.#ports;
    const { project } = this.#request;
    const { first, second, run } = this.#context;
    const open = this.sent.filter(({ region }) => region === undefined);
    if (open.length === 0) return;
    const age = clock.steady() - (open[0]?.at ?? 0);
    const since = Math.max(this.#begun, clock.now() - age) - 5000;
    const filter = [
      `logName="projects/${project}/logs/run.googleapis.com%2Frequests"`,
      `resource.labels.service_name="${shortName(first.service)}"`,
      `timestamp>="${new Date(since).toISOString()}"`,
      `httpRequest.userAgent:"(${run}-"`,
    ].join(' AND ');
    try {
      const found = await entries.newest(
        project,
        {
          ...{ filter, most: mostEntries, deadlineMs: 10_000 },
          fields: 'entries(httpRequest(userAgent),resource(labels))',
        },
        signal,
      );
      const regions = new Map<string, string>();
      for (const entry of listOf(found.entries).map(objectOf)) {
        const { location } = objectOf(objectOf(entry.resource).labels);
        if (location === first.region || location === second.region)
          regions.set(textOrEmpty(objectOf(entry.httpRequest).userAgent), location);
      }
      for (const probe of open) probe.region = regions.get(probe.agent);
    } catch (error) {
      if (signal?.aborted) throw error;
      log.debug(`Reading which region answered: ${messageOf(error)}`);
    }
  }
}

/** Has the service answered anybody well in the last day? For a service that takes no request but those of the load balancer. */
export async function hasAnswered(
  { entries, clock }: FailoverPorts,
  { project }: FailoverRequest,
  { region, service }: FailoverContext['second'],
  signal?: AbortSignal,
): Promise<boolean> {
  const filter = [
    `logName="projects/${project}/logs/run.googleapis.com%2Frequests"`,
    `resource.labels.service_name="${shortName(service)}"`,
    `resource.labels.location="${region}"`,
    `timestamp>="${new Date(clock.now() - 86_400_000).toISOString()}"`,
    'httpRequest.status>=200',
    'httpRequest.status<400',
  ].join(' AND ');
  const found = await entries.newest(
    project,
    { filter, most: 1, deadlineMs: 20_000, fields: 'entries(timestamp)' },
    signal,
  );
  return found.entries.length > 0;
}
