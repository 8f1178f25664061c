import type { Fault, Quirks } from '../../sandbox/core/types.ts';

/** What happens to one call of a release, and to those after it. */
export interface FaultKind {
  name: string;
  /** Answers for the call itself; nothing lets it through. */
  at?: Fault['fault'];
  /** Answers for later calls that match, until `forMs` of the fast time have passed. */
  after?: { fault: Fault['fault']; forMs: number };
  /** The process gets this signal as the call arrives. */
  signal?: 'SIGINT' | 'SIGTERM' | 'SIGKILL';
  /** Only calls for which this is true. */
  only?: (call: CallSeen) => boolean;
}

export interface CallSeen {
  api: string;
  method: string;
  path: string;
}

const isServicePatch = ({ api, method }: CallSeen) => api === 'run' && method === 'PATCH';
const isOperation = ({ api, method, path }: CallSeen) =>
  api === 'cloudfunctions' && method === 'GET' && /\/operations\/[^/?]+/.test(path);

const aborted = {
  error: {
    code: 409,
    status: 'ABORTED',
    message: 'Conflict for resource: the given etag does not match the current version.',
  },
};

export const faultKinds: FaultKind[] = [
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
  { name: 'SIGINT', signal: 'SIGINT' },
  { name: 'SIGTERM', signal: 'SIGTERM' },
  { name: 'SIGKILL before', at: { reset: 'before' }, signal: 'SIGKILL' },
  { name: 'SIGKILL after', at: { reset: 'after' }, signal: 'SIGKILL' },
];

/** The faults that meet a changed platform: those whose effect is uncertain, and those that end the process. */
const decisive = ['500', 'reset after', 'hang', 'SIGINT', 'SIGKILL before', 'SIGKILL after'];

export type Scenario = 'good' | 'smoke fails' | 'does not start' | 'regresses' | 'first';

/** Where users' load is on, calls of the function are mostly theirs and none of the release's. */
export const isOwn = (scenario: Scenario, call: CallSeen): boolean =>
  scenario !== 'regresses' || call.api !== 'invoke';

export interface Config {
  name: string;
  quirks: Partial<Quirks>;
  scenarios: Scenario[];
  faults: FaultKind[];
}

const some = faultKinds.filter(({ name }) => decisive.includes(name));
/** A killed process on a platform that drops pin and record at once leaves nothing to know it by: docs/unverified.md. */
const survivable = some.filter(({ signal }) => signal !== 'SIGKILL');

/** Every quirk that concerns traffic, under both values. */
export const configs: Config[] = [
  {
    name: 'as documented',
    quirks: {},
    scenarios: ['good', 'smoke fails', 'regresses', 'first'],
    faults: faultKinds,
  },
  {
    name: 'a function PATCH drops the pin',
    quirks: { functionPatchKeepsPin: false },
    scenarios: ['good', 'smoke fails'],
    faults: some,
  },
  {
    name: 'a function PATCH drops annotations',
    quirks: { functionPatchKeepsAnnotations: false },
    scenarios: ['good', 'smoke fails'],
    faults: some,
  },
  {
    name: 'a function PATCH drops both',
    quirks: { functionPatchKeepsPin: false, functionPatchKeepsAnnotations: false },
    scenarios: ['good'],
    faults: survivable,
  },
  {
    name: 'an operation ends before the service has settled',
    quirks: { operationEndsBeforeSettled: true },
    scenarios: ['good'],
    faults: some,
  },
  {
    name: 'a traffic PATCH needs actAs',
    quirks: { trafficPatchNeedsActAs: true },
    scenarios: ['good'],
    faults: some,
  },
  {
    name: 'a failed revision fails its service',
    quirks: { failedRevisionFailsService: true },
    scenarios: ['does not start'],
    faults: some,
  },
];

export interface Cell {
  config: number;
  scenario: Scenario;
  /** Which call of the release, from 1. */
  call: number;
  fault: string;
}

export interface CellResult extends Cell {
  /** The call that was met, without names; absent where the release ended before it. */
  met?: string | undefined;
  outcome: string;
  settledBy: 'itself' | 'post step' | 'janitor' | 'next release';
  violations: string[];
  /** Seconds of the fast time, until the release ended, and until all was settled. */
  seconds: number;
  settledSeconds: number;
}

/** `GET run services/S` without what differs from run to run. */
export const callName = ({ api, method, path }: CallSeen): string =>
  `${method} ${api} ${path
    .split('?')[0]
    ?.replace(/projects\/[^/:]+/, 'P')
    .replace(/locations\/[^/]+\//, '')
    .replace(/(services|functions|revisions|operations|serviceAccounts)\/[^/:]+/g, '$1/…')
    .replace(/^\/v\d\w*\//, '')}`;
