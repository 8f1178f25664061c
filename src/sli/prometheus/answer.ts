import { isObject, textsOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Labels } from '../../domain/slo/selector.ts';
import { CountsUnusable } from '../../steps/ports/counts-refused.ts';
import { isCount } from '../count.ts';
import { firstWarning } from '../warnings.ts';

export interface Sample {
  /** Seconds since the epoch. */
  at: number;
  value: number;
}

export interface Series {
  /** The labels of the series, sorted, as JSON. */
  key: string;
  labels: Labels;
  samples: Sample[];
}

function malformed(why: string): ReleaseError {
  return new ReleaseError('response-malformed', {
    what: `The answer of Prometheus cannot be used: ${why}.`,
  });
}

function sampleOf(raw: unknown): Sample | undefined {
  if (
    !Array.isArray(raw) ||
    raw.length !== 2 ||
    typeof raw[0] !== 'number' ||
    typeof raw[1] !== 'string' ||
    raw[1].trim() === ''
  )
    throw malformed('a sample is not [time, "value"]');
  const [at, text] = raw as [number, string];
  if (!Number.isFinite(at) || !number.test(text))
    throw malformed(`a sample has the value ${text.slice(0, 50)}`);
  const value = Number(text);
  // NaN marks a series that has ended. It is not a count, and not a zero either.
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER ? { at, value } : undefined;
}

/** As the servers write numbers. JavaScript also reads others, such as hexadecimal ones. */
const number = /^(?:NaN|[+-]?(?:Inf|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))$/;

/**
 * Errors that the same query will always cause; https://prometheus.io/docs/prometheus/latest/querying/api/. VictoriaMetrics writes the
 * status of HTTP here: 422 for what Prometheus calls `execution` or `bad_data`.
 */
const lasting = new Set(['bad_data', 'execution', 'not_found', '400', '422']);

/**
 * The data of a whole answer. Throws if the server refused the query, or says that parts are missing. (Thanos warns of
 * a partial response, VictoriaMetrics sets isPartial.) Infos of PromQL itself are about style and do not mean that anything is missing.
 */
export function dataOf(body: unknown): unknown {
  if (!isObject(body)) throw malformed('it is not a JSON object');
  if (body.status !== 'success') {
    const message = typeof body.error === 'string' ? body.error.slice(0, 300) : 'no reason given';
    const parts = {
      what: `Prometheus refused the query: ${message}.`,
      fix: 'Try the selector in the console of Prometheus.',
    };
    if (lasting.has(String(body.errorType))) throw new CountsUnusable(parts);
    throw new ReleaseError('remote-error', parts);
  }
  const infos = Array.isArray(body.infos)
    ? body.infos.filter((info) => !String(info).startsWith('PromQL info:'))
    : body.infos;
  const missing = firstWarning(body.warnings) ?? firstWarning(infos);
  if (missing !== undefined || body.isPartial === true)
    throw new ReleaseError('counts-partial', {
      what: `Prometheus answered only in part: ${missing ?? 'isPartial'}.`,
    });
  return body.data;
}

/** The label sets of /api/v1/series. */
export function readLabels(body: unknown): Labels[] {
  const data = dataOf(body);
  if (!Array.isArray(data)) throw malformed('its data is not a list');
  return data.filter(isObject).map(labelsOf);
}

/** The texts of /api/v1/label/…/values. */
export const readTexts = (body: unknown): string[] => textsOf(dataOf(body));

const labelsOf = (metric: object): Labels =>
  Object.fromEntries(Object.entries(metric).map(([label, value]) => [label, String(value)]));

/** A series as it was sent. A sample that is no count is undefined. */
type SentSeries = Omit<Series, 'samples'> & { sent: readonly (Sample | undefined)[] };

function seriesIn(body: unknown): SentSeries[] {
  const answer = dataOf(body);
  const data = isObject(answer) ? answer : {};
  if (data.resultType !== 'matrix')
    throw new CountsUnusable({
      what: `Prometheus answered the selector with a ${String(data.resultType)}, not with a range of samples.`,
      why: 'The watch counts exactly, so it needs the counter itself.',
      fix: 'Give a selector such as http_requests_total{revision="$revision"}, without functions around it.',
    });
  if (!Array.isArray(data.result)) throw malformed('result is not a list');
  return data.result.map((raw): SentSeries => {
    if (!isObject(raw) || !isObject(raw.metric) || !Array.isArray(raw.values))
      throw malformed('a series has no metric or values');
    const labels = Object.entries(raw.metric).sort(([a], [b]) => (a < b ? -1 : 1));
    return { key: JSON.stringify(labels), labels: labelsOf(raw.metric), sent: raw.values.map(sampleOf) };
  });
}

const inOrder = (samples: readonly Sample[]): Sample[] => samples.toSorted((a, b) => a.at - b.at);

/** Reads the series of a range selector. An empty result is a good answer: no request was counted yet. */
export const readMatrix = (body: unknown): Series[] =>
  seriesIn(body).map(({ sent, ...one }) => ({
    ...one,
    samples: inOrder(sent.filter((sample) => sample !== undefined)),
  }));

/**
 * Reads what one sum counted in each period. A sample that is no count is refused, because a period that is left out would count as no
 * request or as no failure.
 */
export function readPeriods(body: unknown): Sample[] {
  const [series, ...others] = seriesIn(body);
  if (others.length > 0) throw malformed('it has several series, but one sum was asked for');
  const counts = (series?.sent ?? []).map((sample) => {
    if (sample === undefined || !isCount(sample.value)) throw malformed('a sample is no number of entries');
    return sample;
  });
  if (new Set(counts.map(({ at }) => at)).size < counts.length) throw malformed('a period has two counts');
  return inOrder(counts);
}

/** Reads the one number of an instant query over the whole window. Undefined: there is none. NaN: what is there is no count. */
export function readNumber(body: unknown): number | undefined {
  const data = dataOf(body);
  if (!isObject(data)) throw malformed('it has no data');
  const { resultType, result } = data;
  if (resultType !== 'vector' || !Array.isArray(result)) throw malformed('it is not a vector');
  if (result.length > 1) throw malformed('it has several series, but one sum was asked for');
  const first: unknown = result[0];
  if (first === undefined) return undefined;
  const sample = isObject(first) ? sampleOf(first.value) : undefined;
  return sample === undefined ? Number.NaN : sample.value;
}
