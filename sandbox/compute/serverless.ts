import { invalidArgument } from '../core/errors.ts';
import type { World } from '../core/state.ts';
import { seededRandom } from '../revisions/random.ts';
import { runState, type Service } from '../run/model.ts';
import { computeState, type Json, referred } from './state.ts';

/**
 * Which region a balancer sends a request to. A backend service may have a serverless group in each of several regions, and the request goes to
 * the one nearest to the client (cloud.google.com/load-balancing/docs/negs/serverless-neg-concepts). Serverless groups have no health checks. A
 * region that fails keeps its requests, unless outlier detection is configured on the backend service (same page).
 */
export interface Behind {
  /** The group's URL, which outlier detection counts by. */
  group: string;
  service: Service;
  tag?: string;
}

/** Every service that a backend service leads to, in the order of its groups. */
function servicesBehind(world: World, backend: Json, path: string): Behind[] {
  const found: Behind[] = [];
  for (const { group, capacityScaler } of (backend.backends ?? []) as Json[]) {
    const neg = referred(world, group);
    // A capacity of 0 drains a backend (compute v1 Backend).
    if (!neg || capacityScaler === 0) continue;
    const region = String(neg.region).split('/').at(-1);
    const run = (neg.cloudRun ?? {}) as Record<string, string>;
    const masked = run.urlMask ? byMask(run.urlMask, path) : {};
    const id = run.service ?? masked.service ?? (neg.cloudFunction as Json | undefined)?.function;
    const tag = run.tag ?? masked.tag;
    const service = runState(world).services.get(
      `projects/${world.project}/locations/${region}/services/${id}`,
    );
    if (service) found.push({ group: String(group), service, ...(tag ? { tag } : {}) });
    else if (!fronts(world).skipMissing) return [];
  }
  return found;
}

/** Reads service and tag out of a URL, as a mask such as `example.com/<service>` says. Only the path decides here. */
function byMask(mask: string, path: string): { service?: string; tag?: string } {
  const wanted = mask.replace(/^[^/]*/, '').split('/');
  const given = path.split('/');
  const found: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const name = /^<(service|tag)>$/.exec(part)?.[1];
    if (name && given[index]) found[name] = given[index] as string;
  }
  return found;
}

/** What tests can change about every balancer. The first two are beliefs (docs/understand/unverified.md). */
export const fronts = (world: World) =>
  world.extension('balancers', () => ({
    /** A group whose service does not exist is left out. If false, it is answered for with an error. */
    skipMissing: true,
    /** The client's user agent is handed on, so that Cloud Run's request log has it. */
    keepUserAgent: true,
    /** Where the clients are. */
    clientRegion: world.region,
    /** How long the data plane keeps a backend service as it was before a change. */
    settleMs: 0,
    /** How long an operation on a backend service runs. Until its end the resource is as before, and takes no other write. */
    operationMs: 0,
  }));

/** `PATCH /settings {fronts: {…}}`. */
export function setFronts(world: World, value: unknown): void {
  const own = fronts(world) as Record<string, unknown>;
  for (const [name, setting] of Object.entries((value ?? {}) as Json)) {
    if (!Object.hasOwn(own, name) || typeof own[name] !== typeof setting)
      throw invalidArgument(`fronts.${name} is unknown or has another type.`);
    own[name] = setting;
  }
}

/** The service that answers: of the regions that are not ejected, the client's own, else the first. */
export function serviceFor(world: World, backend: Json, path: string): Behind | undefined {
  const all = servicesBehind(world, backend, path);
  const healthy = all.filter(({ group }) => !isEjected(world, backend, group));
  const among = healthy.length > 0 ? healthy : all;
  const region = fronts(world).clientRegion;
  return among.find(({ service }) => service.location === region) ?? among[0];
}

/** What outlier detection knows of one group. */
interface Outlier {
  errors: number;
  gatewayFailures: number;
  ejections: number;
  until: number;
}

const records = (world: World) => world.extension('outliers', () => new Map<string, Outlier>());

function recordOf(world: World, { selfLink }: Json, group: string): Outlier {
  const key = `${selfLink} ${group}`;
  const known = records(world).get(key) ?? { errors: 0, gatewayFailures: 0, ejections: 0, until: 0 };
  records(world).set(key, known);
  return known;
}

const isEjected = (world: World, backend: Json, group: string): boolean =>
  backend.outlierDetection !== undefined && recordOf(world, backend, group).until > world.now();

const numberOr = (value: unknown, otherwise: number): number =>
  typeof value === 'number' ? value : otherwise;

/** Google's ejection meets each failure by chance, as `enforcing…` says in percent. */
const draw = (world: World) => world.extension('outlier draws', () => seededRandom('outliers'))();

/**
 * Counts an answer for outlier detection (compute v1 OutlierDetection, with its defaults): five errors in a row, which enforce nothing unless
 * told, or three gateway failures in a row. Success rates are not looked at for serverless groups.
 */
export function noteAnswer(world: World, backend: Json, group: string, status: number): void {
  const rules = backend.outlierDetection as Json | undefined;
  if (rules === undefined) return;
  const record = recordOf(world, backend, group);
  record.errors = status >= 500 ? record.errors + 1 : 0;
  record.gatewayFailures = status >= 502 && status <= 504 ? record.gatewayFailures + 1 : 0;
  const is = (count: number, limit: unknown, usual: number, percent: unknown, enforced: number) =>
    count >= numberOr(limit, usual) && draw(world) * 100 < numberOr(percent, enforced);
  const isOut =
    is(record.errors, rules.consecutiveErrors, 5, rules.enforcingConsecutiveErrors, 0) ||
    is(
      record.gatewayFailures,
      rules.consecutiveGatewayFailure,
      3,
      rules.enforcingConsecutiveGatewayFailure,
      100,
    );
  if (!isOut || !mayEject(world, backend, numberOr(rules.maxEjectionPercent, 50))) return;
  record.ejections += 1;
  record.errors = 0;
  record.gatewayFailures = 0;
  const base = Number(((rules.baseEjectionTime ?? {}) as Json).seconds ?? 30);
  record.until = world.now() + base * 1000 * record.ejections;
}

function mayEject(world: World, backend: Json, percent: number): boolean {
  const groups = ((backend.backends ?? []) as Json[]).map(({ group }) => String(group));
  const out = groups.filter((group) => isEjected(world, backend, group)).length;
  return ((out + 1) / groups.length) * 100 <= percent;
}

/** The backend service as the data plane has it. A change arrives there later than its operation is done. */
export function servedBackend(world: World, reference: unknown): Json | undefined {
  const now = referred(world, reference);
  const before = now && computeState(world).served.get(String(now.selfLink));
  return before && before.until > world.now() ? before.backend : now;
}
