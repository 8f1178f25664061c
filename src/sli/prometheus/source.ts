import type { Objective, PrometheusCounters } from '../../domain/slo/objective.ts';
import { selectorText } from '../../domain/slo/selector.ts';
import type { Rest } from '../../http/rest.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { SliSource, SliTotals } from '../../steps/ports/sli.ts';
import { CallBudget } from '../quota/call-budget.ts';
import { readTotal, requirePace } from '../quota/patient-read.ts';
import { PatientReader } from '../quota/patient-reader.ts';
import { readNumber } from './answer.ts';
import { ExistingCounters } from './existing.ts';
import { inspectCounters } from './inspect.ts';
import type { ServerLogin } from './login/login.ts';
import { type SecretSettings, secretLogin } from './login/secrets.ts';
import { createLoki } from './loki/source.ts';
import { createApi, createQuery } from './query-api.ts';
import { PrometheusReader, scrapeMs } from './reader.ts';
import { countersByObjective, withoutRevisions } from './selectors.ts';

export interface PrometheusSettings extends SecretSettings {
  /** What the server is. Default: one with the API of Prometheus. */
  flavour?: 'prometheus' | 'loki' | undefined;
  /** Base URL without /api/v1: a server, or a Grafana data-source proxy (…/api/datasources/proxy/uid/UID). */
  url: string | undefined;
  /** Ask Google's own endpoint, with the identity of this login. */
  managed: boolean;
  /** Counters for availability, for objectives that do not name counters. */
  counters: PrometheusCounters | undefined;
  /** Milliseconds behind now at which queries are pinned, so that all samples have arrived. Default 20 s. */
  delayMs: number | undefined;
  /** The counter of bad requests may be absent until the first one. Default false. */
  badOptional?: boolean | undefined;
}

export interface PrometheusOptions {
  settings: PrometheusSettings;
  rest: Rest;
  clock: Clock;
  projectId: string;
  member?: (() => string | undefined) | undefined;
  objectives: readonly Objective[];
  /** A login that is more than a secret of the user's. */
  login?: ServerLogin | undefined;
  log?: Log | undefined;
  /** Number from 0 to 1, for the pauses after a refusal. Tests fix it. */
  random?: () => number;
}

/** Looks a minute. Each look is one query for every objective, revision and counter. */
const looksPerMinute = 30;

/**
 * Counts requests from any server with Prometheus' query API. It asks for the raw samples of counters up to a pinned
 * moment and counts the increments itself, restarts included. It does not use `increase()` for the watch, which
 * extrapolates and returns fractions of requests.
 */
export function createPrometheus(options: PrometheusOptions): SliSource {
  const { settings, clock, rest, projectId, member, log } = options;
  const delayMs = settings.delayMs ?? 20_000;
  const api = createApi({
    ...{ url: settings.url, rest, clock, projectId, member },
    root: settings.flavour === 'loki' ? 'loki/api/v1' : undefined,
    login: options.login ?? secretLogin(settings),
    // Thanos then answers with an error where it would leave out a store that does not answer. Others ignore it; those that check their
    // parameters come with a login of their own.
    parameters: options.login ? undefined : { partial_response: 'false' },
  });
  const query = createQuery(api);
  const countersOf = countersByObjective(options.objectives, settings.counters);
  if (settings.flavour === 'loki')
    return createLoki({ api, clock, log, delayMs, countersOf, random: options.random });
  const budget = new CallBudget(clock, looksPerMinute, options.random);
  const existing = new ExistingCounters(settings.badOptional ?? false);

  return {
    name: 'prometheus',
    open: (request) =>
      new PatientReader(new PrometheusReader(request, { query, clock, delayMs, countersOf, existing }), {
        clock,
        budget,
        begin: {
          horizon: request.since,
          lagMs: delayMs,
          cursor: request.cursor ?? String(request.since),
          bucketMs: scrapeMs,
        },
        note: 'Prometheus was read more rarely at times, because it limits the queries of all its clients together.',
      }),
    async ready(_, signal) {
      const now = clock.now() - delayMs;
      await requirePace({ clock, log, budget, signal }, () => query('vector(1)', now, signal));
    },
    inspect: ({ service, objectives }, from, to, signal) =>
      inspectCounters(
        { api, countersOf, existing },
        { service, objectives: objectives.map(({ id }) => id), from, to: to - delayMs },
        signal,
      ),
    async total(request, from, to, signal) {
      const totals: SliTotals = {};
      const seconds = Math.round((to - from) / 1000);
      for (const { id } of request.objectives) {
        const counters = countersOf(id);
        const sumOf = async (selector: string | undefined) => {
          if (selector === undefined) return undefined;
          const { service, except = [] } = request;
          const all = selectorText(withoutRevisions(selector, service, except));
          const text = `sum(increase(${all}[${seconds}s]))`;
          return readNumber(await readTotal({ clock, budget, signal }, () => query(text, to, signal)));
        };
        const [total, bad, good] = await Promise.all([
          sumOf(counters.total),
          sumOf(counters.bad),
          sumOf(counters.good),
        ]);
        // A sum that is no number is unknown, and not the number 0.
        if (total === undefined || [total, bad, good].some(Number.isNaN)) continue;
        // An absent increase counts as 0 only if the counter exists or may be absent.
        const part = bad ?? good;
        const counter = counters.good === undefined ? 'bad' : 'good';
        if (part === undefined && !existing.has(id, counter)) continue;
        const failed = counter === 'bad' ? (bad ?? 0) : total - (good ?? 0);
        totals[id] = { total: Math.round(total), bad: Math.round(Math.max(0, Math.min(total, failed))) };
      }
      return totals;
    },
  };
}
