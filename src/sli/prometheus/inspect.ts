import { absenceOf, mayComeYet } from '../../domain/slo/absence.ts';
import { doubleOf } from '../../domain/slo/doubles.ts';
import type { Doubt } from '../../domain/slo/doubt.ts';
import { voidExclusion } from '../../domain/slo/exclusion.ts';
import type { PrometheusCounters } from '../../domain/slo/objective.ts';
import { type Labels, metricOf, type Selector, selectorText } from '../../domain/slo/selector.ts';
import { readLabels, readMatrix, readTexts, type Series } from './answer.ts';
import { CounterTrack, Scrapes } from './counter-track.ts';
import type { ExistingCounters } from './existing.ts';
import { createQuery, type PrometheusApi, secondsText } from './query-api.ts';
import { anyRevision, type CounterName, counterNames } from './selectors.ts';

interface Access {
  api: PrometheusApi;
  countersOf(objective: string): PrometheusCounters;
  existing: ExistingCounters;
}

interface Wanted {
  /** Short name of the Cloud Run service. */
  service: string;
  objectives: readonly string[];
  /** The window in which a counter must have had a point, in milliseconds since the epoch. */
  from: number;
  to: number;
}

/** Samples of this many seconds show whether the counters can be true together. */
const recentSeconds = 900;
/** Fewer requests than this may all be bad by chance. */
const fewRequests = 20;

interface Counter {
  counter: CounterName;
  text: string;
  over: Selector;
  /** The series that existed at some time of the window. */
  labels: Labels[];
  recent: Series[];
}

/** The first look: checks that the counters exist and that their values are plausible. Notes in `existing` which ones may be absent. */
export async function inspectCounters(
  access: Access,
  wanted: Wanted,
  signal: AbortSignal | undefined,
): Promise<Doubt[]> {
  const found = await Promise.all(
    wanted.objectives.map((id) => inspectObjective(access, wanted, id, signal)),
  );
  return found.flat();
}

async function inspectObjective(
  { api, countersOf, existing }: Access,
  { service, from, to }: Wanted,
  objective: string,
  signal: AbortSignal | undefined,
): Promise<Doubt[]> {
  const seriesOf = async (selector: Selector) =>
    readLabels(
      await api(
        'series',
        { 'match[]': selectorText(selector), start: secondsText(from), end: secondsText(to) },
        signal,
      ),
    );
  const query = createQuery(api);
  const counters = countersOf(objective);
  const looks = counterNames.flatMap((counter) => {
    const text = counters[counter];
    return text === undefined ? [] : [{ counter, text, over: anyRevision(text, service) }];
  });
  const all: Counter[] = await Promise.all(
    looks.map(async (look) => {
      const [labels, matrix] = await Promise.all([
        seriesOf(look.over),
        query(`${selectorText(look.over)}[${recentSeconds}s]`, to, signal),
      ]);
      return { ...look, labels, recent: readMatrix(matrix) };
    }),
  );
  const total = all.find(({ counter }) => counter === 'total');
  const doubts: Doubt[] = [];
  for (const one of all) {
    const base = { objective, counter: one.counter, selector: one.text };
    if (one.labels.length > 0) {
      existing.add(objective, one.counter);
      const double = doubleOf(one.recent);
      if (double) doubts.push({ ...base, kind: 'double', double, fatal: true });
      if (one === total || total === undefined) continue;
      const own = metricOf(one.over);
      const sameName = own !== undefined && own === metricOf(total.over);
      // The condition itself hides what it excludes, so another name is read without it.
      const named = sameName ? total.labels : own === undefined ? [] : await seriesOf(byName(own));
      const absence = voidExclusion(one.over, total.over, named);
      if (absence) doubts.push({ ...base, kind: 'void', absence, fatal: true });
      continue;
    }
    // Without a request nothing is known about bad or good ones.
    if (one !== total && total?.labels.length === 0) continue;
    const name = metricOf(one.over);
    const alike = name === undefined ? [] : await seriesOf(byName(name));
    const names = alike.length > 0 ? [] : await namesOf(api, signal);
    const absence = absenceOf(one.over, alike, names);
    const optional = one.counter === 'bad' && (mayComeYet(absence) || existing.has(objective, 'bad'));
    if (optional) existing.add(objective, one.counter);
    doubts.push({ ...base, kind: 'absent', absence, fatal: !optional });
  }
  if (doubts.some(({ fatal }) => fatal)) return doubts;
  return [...doubts, ...all.flatMap((one) => contradiction(objective, total, one, to))];
}

const byName = (name: string): Selector => ({ matchers: [{ label: '__name__', op: '=', value: name }] });

/** Reads all names, to find one with a similar spelling. This only improves the message, so a server may refuse it. */
async function namesOf(api: PrometheusApi, signal: AbortSignal | undefined): Promise<string[]> {
  try {
    return readTexts(await api('label/__name__/values', {}, signal)).slice(0, 20_000);
  } catch (error) {
    if (signal?.aborted) throw error;
    return [];
  }
}

const keysOf = (series: readonly Series[]) => new Set(series.map(({ key }) => key));

/** Finds values of a counter that contradict the counter of all requests. */
function contradiction(objective: string, total: Counter | undefined, one: Counter, to: number): Doubt[] {
  if (total === undefined || one === total) return [];
  const base = { objective, counter: one.counter, selector: one.text, fatal: true };
  const totals = keysOf(total.recent);
  const sameName = metricOf(total.over) !== undefined && metricOf(total.over) === metricOf(one.over);
  const outside = one.recent.find(({ key }) => !totals.has(key));
  if (sameName && outside) {
    const { __name__: name = '', ...labels } = outside.labels;
    const text = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    return [{ ...base, kind: 'outside', series: `${name}{${text.join(',')}}`.slice(0, 300) }];
  }
  const requests = total.recent.reduce((sum, { samples }) => sum + (samples.at(-1)?.value ?? 0), 0);
  const same =
    totals.size > 0 && totals.size === one.recent.length && total.labels.length === one.labels.length;
  if (sameName && same && one.counter === 'bad' && requests >= fewRequests)
    return [{ ...base, kind: 'all', requests }];
  const scrapes = new Scrapes([...total.recent, ...one.recent]);
  const rise = ({ recent }: Counter) =>
    new CounterTrack(to / 1000 - recentSeconds)
      .take(recent, scrapes)
      .increments.reduce((sum, { count }) => sum + count, 0);
  const [whole, own] = [rise(total), rise(one)];
  // A few requests may arrive between two scrapes.
  if (own > whole * 1.2 + fewRequests) return [{ ...base, kind: 'more', total: whole, own }];
  return [];
}
