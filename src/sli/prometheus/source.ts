import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Objective, PrometheusCounters } from '../../domain/slo/objective.ts';
import type { Rest } from '../../http/rest.ts';
import { send } from '../../http/send.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { SliQuery, SliReader, SliReading, SliSource, SliTotals } from '../../steps/ports/sli.ts';
import { spanOfBucket, Tally } from '../tally.ts';
import { readMatrix, readNumber } from './answer.ts';
import { CounterTrack } from './counter-track.ts';

export interface PrometheusSettings {
  /** Base URL without /api/v1: a server, a Grafana data-source proxy (.../api/datasources/proxy/uid/UID). */
  url: string | undefined;
  /** Sent as a bearer; Grafana's service-account token. */
  token: string | undefined;
  /** Google's own endpoint, with the identity of this login. */
  managed: boolean;
  /** Counters of the availability where the objectives do not bring their own. */
  counters: PrometheusCounters | undefined;
  /** How far behind now the queries are pinned, so that all samples are there. Default 20 s. */
  delayMs: number | undefined;
}

export interface PrometheusOptions {
  settings: PrometheusSettings;
  rest: Rest;
  clock: Clock;
  projectId: string;
  objectives: readonly Objective[];
}

/** How far back the first look takes the starting value of each counter from. */
const lookBackSeconds = 900;
/** Scrapes are hardly ever further apart. */
const scrapeMs = 60_000;
/** How far the looks overlap, so that a series that was away for a while is still compared with its last value. */
const overlapSeconds = 300;

const behind = 'The counter of all requests is behind the other one, which waits for it.';

const arms = ['total', 'bad', 'good'] as const;

/**
 * Any server with Prometheus' query API. It asks for the raw samples of counters up to a pinned moment and counts
 * increments itself, restarts included: `increase()` extrapolates and would give fractions of requests.
 * https://prometheus.io/docs/prometheus/latest/querying/api/
 */
export function createPrometheus(options: PrometheusOptions): SliSource {
  const { settings, clock } = options;
  const delayMs = settings.delayMs ?? 20_000;

  async function query(text: string, at: number, signal?: AbortSignal): Promise<unknown> {
    const parameters = { query: text, time: (at / 1000).toFixed(3) };
    if (!settings.url) {
      const path = `v1/projects/${options.projectId}/location/global/prometheus/api/v1/query`;
      return (
        await options.rest.call({
          api: 'monitoring',
          method: 'GET',
          path,
          query: parameters,
          deadlineMs: 30_000,
          signal,
        })
      ).body;
    }
    const url = new URL(`${settings.url.replace(/\/+$/, '')}/api/v1/query`);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return ask(url, settings.token, clock, signal);
  }

  const countersOf = (id: string): PrometheusCounters => {
    const objective = options.objectives.find((other) => other.id === id);
    const counters =
      objective?.prometheus ?? (objective?.kind === 'availability' ? settings.counters : undefined);
    if (counters) return counters;
    throw new ReleaseError('slo-invalid', {
      what: `Prometheus does not know what to count for the objective ${id}.`,
      fix: 'Set prometheus_total and prometheus_bad, or name the counters in the SLO file.',
    });
  };

  // What cannot be counted is an error of the inputs: nobody should watch for ten minutes to hear of it.
  for (const { id } of options.objectives) countersOf(id);

  return {
    name: 'prometheus',
    open: (request) => openReader(request),
    async total(request, from, to, signal) {
      const totals: SliTotals = {};
      const seconds = Math.round((to - from) / 1000);
      for (const { id } of request.objectives) {
        const counters = countersOf(id);
        const sumOf = async (selector: string | undefined) =>
          selector === undefined
            ? undefined
            : readNumber(
                await query(
                  `sum(increase(${anyRevision(selector, request.service)}[${seconds}s]))`,
                  to,
                  signal,
                ),
              );
        const [total, bad, good] = await Promise.all([
          sumOf(counters.total),
          sumOf(counters.bad),
          sumOf(counters.good),
        ]);
        if (total === undefined) continue;
        const failed = bad ?? (counters.good === undefined ? 0 : total - (good ?? 0));
        totals[id] = { total: Math.round(total), bad: Math.round(Math.max(0, Math.min(total, failed))) };
      }
      return totals;
    },
  };

  function openReader(request: SliQuery): SliReader {
    const tracks = new Map<string, CounterTrack>();
    let upTo = request.cursor ? Number(request.cursor) : request.since;
    let opened = false;
    const notes = new Set<string>();
    const byGood = (id: string) => countersOf(id).bad === undefined;
    // Bad or good requests whose total has not come yet.
    let early: SliReading['counts'] = [];

    async function poll(marks: readonly number[], signal?: AbortSignal): Promise<SliReading> {
      const pinned = Math.floor((clock.now() - delayMs) / 1000) * 1000;
      const tally = new Tally();
      if (pinned > upTo) {
        const jobs = request.objectives.flatMap(({ id }) =>
          request.revisions.flatMap((revision) =>
            arms.flatMap((arm) => {
              const selector = countersOf(id)[arm];
              return selector === undefined
                ? []
                : [{ id, revision, arm, selector: fill(selector, request.service, revision) }];
            }),
          ),
        );
        const range = opened
          ? Math.ceil((pinned - upTo) / 1000) + overlapSeconds
          : Math.ceil((pinned - upTo) / 1000) + lookBackSeconds;
        const answers = await Promise.all(
          jobs.map(async (job) => ({
            ...job,
            ...readMatrix(await query(`${job.selector}[${range}s]`, pinned, signal)),
          })),
        );
        // Only once every answer is there: a failure in between leaves nothing half counted.
        for (const { revision, objective, span, bad, mixed } of early)
          tally.add(revision, objective, span, 0, bad, mixed);
        for (const { id, revision, arm, series, warnings } of answers) {
          const key = `${id}\n${revision}\n${arm}`;
          const track = tracks.get(key) ?? new CounterTrack(upTo / 1000);
          tracks.set(key, track);
          for (const warning of warnings) notes.add(`Prometheus warns: ${warning}`);
          for (const step of track.take(series, upTo / 1000)) {
            const { span, mixed } = spanOfBucket(
              step.from * 1000,
              Math.max(step.to * 1000, step.from * 1000 + 1),
              marks,
            );
            const count = Math.round(step.count);
            if (arm === 'total') tally.add(revision, id, span, count, 0, mixed);
            else if (arm === 'bad') tally.add(revision, id, span, 0, count, mixed);
            else tally.add(revision, id, span, 0, -count, mixed);
          }
        }
        opened = true;
        upTo = pinned;
        early = earlyOf(tally, byGood);
      }
      return {
        counts: settled(tally, byGood),
        horizon: upTo,
        lagMs: delayMs,
        cursor: String(upTo),
        notes: [...notes, ...(early.length > 0 ? [behind] : [])],
        source: 'prometheus',
        bucketMs: scrapeMs,
      };
    }
    return { source: 'prometheus', poll };
  }
}

/** Good requests were booked as negative bad ones: what is not good is bad. Never less than none, never more than all. */
function settled(tally: Tally, byGood: (objective: string) => boolean): SliReading['counts'] {
  return tally.counts.flatMap((count) => {
    const bad = byGood(count.objective) ? count.total + count.bad : count.bad;
    return count.total > 0 ? [{ ...count, bad: Math.max(0, Math.min(count.total, bad)) }] : [];
  });
}

/** What a counter is ahead of its total: an answer may lack a part. It waits for the rest, or it would accuse somebody. */
function earlyOf(tally: Tally, byGood: (objective: string) => boolean): SliReading['counts'] {
  return tally.counts.flatMap((count) => {
    const ahead = byGood(count.objective)
      ? Math.min(0, count.total + count.bad)
      : Math.max(0, count.bad - count.total);
    return ahead === 0 ? [] : [{ ...count, total: 0, bad: ahead }];
  });
}

const escaped = (text: string) => text.replace(/[\\"]/g, '\\$&');

function fill(selector: string, service: string, revision: string): string {
  return selector.replaceAll('$revision', escaped(revision)).replaceAll('$service', escaped(service));
}

/** The same counter over all revisions: `x="$revision"` becomes `x!=""`. */
function anyRevision(selector: string, service: string): string {
  return fill(selector.replace(/=~?\s*"\$revision"/g, '!=""'), service, '.*');
}

const transient = (status: number) => status === 429 || status >= 500;

/** One query, tried three times at the most; a redirect is refused, so that the token stays where it belongs. */
async function ask(
  url: URL,
  token: string | undefined,
  clock: Clock,
  signal?: AbortSignal,
): Promise<unknown> {
  const loopback = /^(127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname);
  if (token && url.protocol !== 'https:' && !loopback)
    throw new ReleaseError('endpoint-refused', {
      what: `The token of Prometheus was not sent to ${url.origin}: it is not https.`,
    });
  for (let tries = 1; ; tries++) {
    const answer = await send({
      method: 'GET',
      url: url.href,
      headers: { accept: 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      timeoutMs: 15_000,
      maxBytes: 8 * 1024 * 1024,
      signal,
    });
    if (answer.status >= 300 && answer.status < 400)
      throw new ReleaseError('redirect-refused', {
        what: `Prometheus at ${url.origin} answered with a redirect (${answer.status}).`,
      });
    if (transient(answer.status) && tries < 3) {
      await clock.sleep(500 * 2 ** tries, signal);
      continue;
    }
    try {
      const body: unknown = JSON.parse(answer.body.toString('utf8'));
      // 400 and 422 carry Prometheus' own reason, which is better than ours.
      if (answer.status === 200 || (body as { status?: unknown })?.status === 'error') return body;
    } catch {
      // Falls through: an HTML page of a proxy, or nothing.
    }
    throw new ReleaseError(
      answer.status === 401 || answer.status === 403 ? 'permission-denied' : 'remote-error',
      {
        what: `Prometheus at ${url.origin} answered ${answer.status} without its JSON.`,
        fix: 'Check prometheus_url and prometheus_token.',
      },
    );
  }
}
