/**
 * SLOs and monitors of Datadog's API v1, as far as objectives are kept there. Built from the models of Datadog's own client for Python
 * and from its pages on SLOs and burn rate alerts.
 */
export interface ObjectAnswer {
  status: number;
  body: unknown;
}

type Body = Record<string, unknown>;
const refuse = (status: number, ...errors: string[]): ObjectAnswer => ({ status, body: { errors } });

const sloFields = new Set(
  'name type description tags thresholds query groups monitor_ids timeframe target_threshold warning_threshold sli_specification'.split(
    ' ',
  ),
);
const monitorFields = new Set(
  'name type query message tags priority options restricted_roles draft_status'.split(' '),
);
const burn =
  /^burn_rate\("([^"]+)"\)\.over\("(\d+d)"\)\.long_window\("(\d+)([mhd])"\)\.short_window\("(\d+)([mhd])"\) > (\d+(?:\.\d+)?)$/;
const minutes: Readonly<Record<string, number>> = { m: 1, h: 60, d: 1440 };

export function datadogObjects() {
  const slos = new Map<string, Body>();
  const monitors = new Map<string, Body>();
  let made = 0;

  function sloProblem(body: Body): string | undefined {
    const strange = Object.keys(body).find((field) => !sloFields.has(field));
    if (strange !== undefined) return `Additional properties are not allowed ('${strange}' was unexpected)`;
    if (typeof body.name !== 'string' || body.name === '') return "'name' is a required property";
    if (body.type !== 'metric') return `Invalid type ${String(body.type)}`;
    const { numerator, denominator } = (body.query ?? {}) as Body;
    if (typeof numerator !== 'string' || typeof denominator !== 'string')
      return 'Metric SLOs need a numerator and a denominator';
    const thresholds = (body.thresholds ?? []) as { timeframe: string; target: number }[];
    if (thresholds.length === 0) return "'thresholds' is a required property";
    for (const { timeframe, target } of thresholds) {
      if (!['7d', '30d', '90d'].includes(timeframe)) return `Invalid timeframe ${timeframe}`;
      if (!(target > 0 && target < 100)) return `Invalid target ${target}`;
    }
    return undefined;
  }

  function monitorProblem(body: Body): string | undefined {
    const strange = Object.keys(body).find((field) => !monitorFields.has(field));
    if (strange !== undefined) return `Additional properties are not allowed ('${strange}' was unexpected)`;
    if (body.type !== 'slo alert') return `This stand-in has no monitors of type ${String(body.type)}`;
    const match = burn.exec(String(body.query));
    if (!match) return 'The value provided for parameter query is invalid';
    const [, id = '', over, long, longUnit = '', short, shortUnit = '', factor] = match;
    const slo = slos.get(id);
    if (!slo) return `SLO ${id} does not exist`;
    const threshold = (slo.thresholds as { timeframe: string; target: number }[]).find(
      ({ timeframe }) => timeframe === over,
    );
    if (!threshold) return `SLO ${id} has no target for ${over}`;
    const longMinutes = Number(long) * (minutes[longUnit] as number);
    const shortMinutes = Number(short) * (minutes[shortUnit] as number);
    if (longMinutes < 60 || longMinutes > 48 * 60)
      return 'The long window must be between 1 hour and 48 hours';
    if (shortMinutes * 12 !== longMinutes) return 'The short window must be 1/12 of the long window';
    if (Number(factor) >= 100 / (100 - threshold.target))
      return 'The threshold is greater than the maximum possible burn rate';
    const { critical } = ((body.options as Body | undefined)?.thresholds ?? {}) as { critical?: number };
    if (critical !== Number(factor)) return 'Alert threshold does not match that used in the query';
    return undefined;
  }

  const tagged = (all: Iterable<Body>, tags: readonly string[]) =>
    [...all].filter((one) => tags.every((tag) => ((one.tags ?? []) as string[]).includes(tag)));

  /** Undefined if the path is none of these. */
  function answer(method: string, url: URL, body: Body): ObjectAnswer | undefined {
    const [, kind, id] = /^\/api\/v1\/(slo|monitor)(?:\/([^/]+))?$/.exec(url.pathname) ?? [];
    if (kind === undefined) return undefined;
    const store = kind === 'slo' ? slos : monitors;
    const problem = kind === 'slo' ? sloProblem : monitorProblem;
    const shown = (one: Body) => (kind === 'slo' ? { data: [one], error: null } : one);
    if (method === 'GET' && id === undefined) {
      const query = url.searchParams;
      const tags = (query.get('tags_query') ?? query.get('monitor_tags') ?? '').split(',').filter(Boolean);
      const size = Number(query.get('limit') ?? query.get('page_size') ?? 1000);
      const from = query.has('offset') ? Number(query.get('offset')) : Number(query.get('page') ?? 0) * size;
      const some = tagged(store.values(), tags).slice(from, from + size);
      return { status: 200, body: kind === 'slo' ? { data: some, errors: [], metadata: {} } : some };
    }
    if (method === 'POST' && id === undefined) {
      const wrong = problem(body);
      if (wrong !== undefined) return refuse(400, wrong);
      made++;
      const key = kind === 'slo' ? made.toString(16).padStart(32, '0') : String(100_000 + made);
      const stored = {
        ...body,
        id: kind === 'slo' ? key : Number(key),
        creator: { email: 'bot@example.com' },
      };
      store.set(key, stored);
      return { status: 200, body: shown(stored) };
    }
    const found = id === undefined ? undefined : store.get(id);
    if (!found || id === undefined) return refuse(404, `${kind} not found`);
    if (method === 'PUT') {
      const { id: _, creator: __, ...before } = found;
      const next = kind === 'slo' ? body : { ...before, ...body };
      const wrong = problem(next);
      if (wrong !== undefined) return refuse(400, wrong);
      store.set(id, { ...next, id: found.id, creator: found.creator });
      return { status: 200, body: shown(store.get(id) as Body) };
    }
    if (method === 'DELETE') {
      if (kind === 'slo' && [...monitors.values()].some(({ query }) => String(query).includes(`"${id}"`)))
        return refuse(409, 'The SLO is used by a monitor');
      store.delete(id);
      return { status: 200, body: kind === 'slo' ? { data: [id] } : { deleted_monitor_id: Number(id) } };
    }
    return refuse(405, 'Method not allowed');
  }
  return { slos, monitors, answer };
}
