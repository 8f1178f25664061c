import type { Fault, Quirks } from '../../sandbox/core/types.ts';
import { type WorldDriver, worldDrivers } from '../../test/support/world-driver.ts';
import { repeating } from './secrets.ts';

/** One kind of fault: what happens to one call of a release and to those after it. */
export interface FaultKind {
  name: string;
  /** What happens to the call itself. If absent, the call gets through. */
  at?: Fault['fault'];
  /** What happens to later matching calls, until `forMs` of the fast time have passed. */
  after?: { fault: Fault['fault']; forMs: number };
  /** The process gets this signal when the call arrives. */
  signal?: 'SIGINT' | 'SIGTERM' | 'SIGKILL';
  /** Limits the fault to the calls for which this returns true. */
  only?: (call: CallSeen) => boolean;
}

export interface CallSeen {
  api: string;
  method: string;
  path: string;
}

const isServicePatch = ({ api, method }: CallSeen) => api === 'run' && method === 'PATCH';
/** True for what makes a revision, moves the traffic or writes the record. */
const isReleaseWrite = ({ api, method, path }: CallSeen) =>
  (api === 'run' || api === 'cloudfunctions') &&
  (method === 'PATCH' || (method === 'POST' && !path.split('?')[0]?.includes(':')));
const isOperation = ({ api, method, path }: CallSeen) =>
  (api === 'cloudfunctions' || api === 'run') && method === 'GET' && /\/operations\/[^/?]+/.test(path);

const aborted = {
  error: {
    code: 409,
    status: 'ABORTED',
    message: 'Conflict for resource: the given etag does not match the current version.',
  },
};

export const faultKinds: FaultKind[] = [
  { name: '400 repeats secrets', at: { status: 400, body: repeating(400) } },
  { name: '403 repeats secrets', at: { status: 403, body: repeating(403) } },
  { name: '500 repeats secrets', at: { status: 500, body: repeating(500) } },
  { name: '429', at: { status: 429 } },
  { name: '500', at: { status: 500 } },
  { name: '503', at: { status: 503 } },
  { name: 'reset before', at: { reset: 'before' } },
  { name: 'reset after', at: { reset: 'after' } },
  { name: 'hang', at: { hang: true } },
  { name: 'malformed', at: { malformed: true } },
  { name: 'stale etag', at: { status: 409, body: aborted }, only: isServicePatch },
  { name: '403 for a while', at: { status: 403 }, after: { fault: { status: 403 }, forMs: 30_000 } },
  {
    name: 'operation never ends',
    at: { status: 200, body: { done: false } },
    after: { fault: { status: 200, body: { done: false } }, forMs: 1e9 },
    only: isOperation,
  },
  {
    name: 'operation fails',
    at: { status: 200, body: { done: true, error: { code: 13, message: 'An internal error occurred.' } } },
    only: isOperation,
  },
  {
    name: 'operation repeats secrets',
    at: { status: 200, body: { done: true, error: { code: 13, message: repeating(13).error.message } } },
    only: isOperation,
  },
  { name: 'SIGINT', signal: 'SIGINT' },
  { name: 'SIGTERM', signal: 'SIGTERM' },
  { name: 'SIGKILL before', at: { reset: 'before' }, signal: 'SIGKILL' },
  { name: 'SIGKILL after', at: { reset: 'after' }, signal: 'SIGKILL' },
];

/** The faults used under a changed quirk: those whose effect is uncertain, and those that end the process. */
const decisive = ['500', 'reset after', 'hang', 'SIGINT', 'SIGKILL before', 'SIGKILL after'];

export type Scenario = 'good' | 'smoke fails' | 'does not start' | 'regresses' | 'first';

/** True if the release made the call. In the scenario with users, the users call the function. */
export const isOwn = (scenario: Scenario, call: CallSeen): boolean =>
  scenario !== 'regresses' || call.api !== 'invoke';

export interface Config {
  name: string;
  /** The drivers that the quirks concern: the others send no PATCH of a function. */
  drivers: readonly WorldDriver[];
  quirks: Partial<Quirks>;
  /** The releases name a model, whose alias follows the traffic. */
  model?: true;
  scenarios: Scenario[];
  faults: FaultKind[];
  /** Limits the faults to the calls for which this returns true, given those that come after. */
  concerns?: (call: CallSeen, after: readonly CallSeen[]) => boolean;
}

const some = faultKinds.filter(({ name }) => decisive.includes(name));
/**
 * What can part the alias from the traffic: every call to the model's registry and bucket, every write of the release, and every call after
 * the last of those, when the alias and the labels follow. Other calls leave what the write before them left, or end the
 * release as such calls do without a model, in the grid of the platform as documented.
 */
const concernsModel = (call: CallSeen, after: readonly CallSeen[]) =>
  call.api === 'aiplatform' ||
  (call.api === 'storage' && call.path.includes('/b/models/')) ||
  isReleaseWrite(call) ||
  !after.some(isReleaseWrite);
/** Without SIGKILL: if the platform drops both pin and record, a killed release leaves no trace (docs/understand/unverified.md). */
const survivable = some.filter(({ signal }) => signal !== 'SIGKILL');

/** How the releases of a cell make their revisions. Every row runs on every driver that its config concerns. */
export const drivers = worldDrivers;
const ofFunctions = ['function'] as const;

/** The platforms of the sweep: every quirk that concerns traffic, with both values. */
export const configs: Config[] = [
  {
    name: 'as documented',
    drivers,
    quirks: {},
    scenarios: ['good', 'smoke fails', 'regresses', 'first'],
    faults: faultKinds,
  },
  {
    name: 'a function PATCH drops the pin',
    drivers: ofFunctions,
    quirks: { functionPatchKeepsPin: false },
    scenarios: ['good', 'smoke fails'],
    faults: some,
  },
  {
    name: 'a function PATCH drops annotations',
    drivers: ofFunctions,
    quirks: { functionPatchKeepsAnnotations: false },
    scenarios: ['good', 'smoke fails'],
    faults: some,
  },
  {
    name: 'a function PATCH drops both',
    drivers: ofFunctions,
    quirks: { functionPatchKeepsPin: false, functionPatchKeepsAnnotations: false },
    scenarios: ['good'],
    faults: survivable,
  },
  {
    name: 'an operation ends before the service has settled',
    drivers: ofFunctions,
    quirks: { operationEndsBeforeSettled: true },
    scenarios: ['good'],
    faults: some,
  },
  {
    name: 'a traffic PATCH needs actAs',
    drivers,
    quirks: { trafficPatchNeedsActAs: true },
    scenarios: ['good'],
    faults: some,
  },
  {
    name: 'a function PATCH resets the settings of the service',
    drivers: ofFunctions,
    quirks: { functionPatchResetsSettings: true },
    scenarios: ['smoke fails'],
    faults: some,
  },
  {
    name: 'a failed revision fails its service',
    drivers,
    quirks: { failedRevisionFailsService: true },
    scenarios: ['does not start'],
    faults: some,
  },
  {
    name: 'a model in the registry of Vertex AI',
    drivers,
    quirks: {},
    model: true,
    scenarios: ['good', 'smoke fails'],
    faults: faultKinds.filter(({ name }) => [...decisive, '403 for a while'].includes(name)),
    concerns: concernsModel,
  },
];

export interface Cell {
  config: number;
  driver: WorldDriver;
  scenario: Scenario;
  /** The number of the call of the release, from 1. */
  call: number;
  fault: string;
  /** The call by its name, and which of those it is: calls in parallel arrive in any order. Only where the config chooses among the calls. */
  named?: { name: string; nth: number };
}

export interface CellResult extends Cell {
  /** The call that met the fault, without names. Absent if the release ended before it. */
  met?: string | undefined;
  outcome: string;
  /** True if the step wrote a server's answer from which secrets were removed. */
  redacted?: boolean;
  settledBy: 'itself' | 'post step' | 'janitor' | 'next release';
  violations: string[];
  /** Seconds of the fast time until the release ended; `settledSeconds` from then until everything was settled. */
  seconds: number;
  settledSeconds: number;
}

/** Names a call without the parts that differ from run to run, such as `GET run services/…`. */
export const callName = ({ api, method, path }: CallSeen): string =>
  `${method} ${api} ${path
    .split('?')[0]
    ?.replace(/projects\/[^/:]+/, 'P')
    .replace(/locations\/[^/]+\//, '')
    .replace(
      /(services|functions|revisions|operations|serviceAccounts|repositories|o|builds|manifests|blobs|models)\/[^/:]+/g,
      '$1/…',
    )
    .replace(/^\/v\d\w*\//, '')}`;
