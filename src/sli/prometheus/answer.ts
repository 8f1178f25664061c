import { isObject } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';

export interface Sample {
  /** Seconds since the epoch. */
  at: number;
  value: number;
}

export interface Series {
  /** Its labels, sorted, as JSON. */
  key: string;
  samples: Sample[];
}

function malformed(why: string): ReleaseError {
  return new ReleaseError('response-malformed', {
    what: `The answer of Prometheus cannot be used: ${why}.`,
  });
}

function sampleOf(raw: unknown): Sample | undefined {
  if (!Array.isArray(raw) || raw.length !== 2 || typeof raw[0] !== 'number' || typeof raw[1] !== 'string')
    throw malformed('a sample is not [time, "value"]');
  const value = Number(raw[1]);
  // NaN marks a series that has ended. It is not a count, and not a zero either.
  return Number.isFinite(value) && value >= 0 ? { at: raw[0], value } : undefined;
}

/** Reads the series of a range selector. An empty result is a good answer: no request was counted yet. */
export function readMatrix(body: unknown): { series: Series[]; warnings: string[] } {
  if (!isObject(body)) throw malformed('it is not a JSON object');
  if (body.status !== 'success') {
    const message = typeof body.error === 'string' ? body.error.slice(0, 300) : 'no reason given';
    throw new ReleaseError('remote-error', {
      what: `Prometheus refused the query: ${message}.`,
      fix: 'Try the selector in the console of Prometheus.',
    });
  }
  const data = isObject(body.data) ? body.data : {};
  if (data.resultType !== 'matrix')
    throw new ReleaseError('slo-invalid', {
      what: `Prometheus answered the selector with a ${String(data.resultType)}, not with a range of samples.`,
      why: 'The watch counts exactly, so it needs the counter itself.',
      fix: 'Give a selector such as http_requests_total{revision="$revision"}, without functions around it.',
    });
  if (!Array.isArray(data.result)) throw malformed('result is not a list');
  const series = data.result.map((raw): Series => {
    if (!isObject(raw) || !isObject(raw.metric) || !Array.isArray(raw.values))
      throw malformed('a series has no metric or values');
    const labels = Object.entries(raw.metric).sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      key: JSON.stringify(labels),
      samples: raw.values.map(sampleOf).filter((sample) => sample !== undefined),
    };
  });
  const warnings = Array.isArray(body.warnings) ? body.warnings.map(String).slice(0, 3) : [];
  return { series, warnings };
}

/** Reads the one number of an instant query over the whole window. Returns undefined if there is none, or NaN. */
export function readNumber(body: unknown): number | undefined {
  if (!isObject(body) || body.status !== 'success' || !isObject(body.data))
    throw malformed('it does not report success');
  const { resultType, result } = body.data;
  if (resultType !== 'vector' || !Array.isArray(result)) throw malformed('it is not a vector');
  if (result.length > 1) throw malformed('it has several series, but one sum was asked for');
  const first: unknown = result[0];
  if (first === undefined) return undefined;
  const sample = isObject(first) ? sampleOf(first.value) : undefined;
  return sample?.value;
}
