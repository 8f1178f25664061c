import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import { invokePermission } from '../../domain/preflight/permissions.ts';
import type { CheckRow, CheckState } from '../../domain/preflight/row.ts';
import type { PreflightUse } from '../../domain/preflight/use.ts';
import type { PreflightCaller, PreflightSources } from '../ports/preflight.ts';

/** Can the smoke test and the probes call the function? */

export interface CallerPorts {
  sources: PreflightSources;
  caller: PreflightCaller;
}

export interface CallTarget {
  /** Full name of the service. Undefined if it does not exist yet. */
  service: string | undefined;
  project: string;
  /** The service's URL, which is the audience of its calls. */
  url: string | undefined;
}

const weightOf = ({ smoke }: PreflightUse) => (smoke ? 'stop' : 'warn');

/** The caller's own access token, or why there is none. Undefined if the identity of this job calls itself. */
export type CallerToken = { bearer: string } | { refused: string } | undefined;

/** Starts early, because a later question needs it. */
export async function callerToken(
  { caller }: CallerPorts,
  use: PreflightUse,
  signal: AbortSignal,
): Promise<CallerToken> {
  const calls = use.stages.has('Smoke test') && (use.smoke || use.probes);
  if (!calls || use.invoker === undefined || use.invoker.own) return undefined;
  try {
    return { bearer: await caller.accessToken(signal) };
  } catch (error) {
    if (signal.aborted) throw error;
    return { refused: messageOf(error) };
  }
}

/** The token and the permission, at the same time. Empty if nothing calls the function. */
export async function callerRows(
  ports: CallerPorts,
  use: PreflightUse,
  target: CallTarget,
  token: CallerToken,
  signal: AbortSignal,
): Promise<CheckRow[]> {
  if (!use.stages.has('Smoke test') || (!use.smoke && !use.probes)) return [];
  if (use.invoker === undefined)
    return [{ need: { kind: 'token', account: undefined }, ...needed(use), state: 'missing' }];
  const { account } = use.invoker;
  return Promise.all([
    tokenRow(ports, use, account, target, signal),
    invokeRow(ports, use, target, token, signal),
  ]);
}

const needed = (use: PreflightUse) => ({
  stage: 'Smoke test' as const,
  weight: weightOf(use) as CheckRow['weight'],
});

async function tokenRow(
  { caller }: CallerPorts,
  use: PreflightUse,
  account: string,
  { url }: CallTarget,
  signal: AbortSignal,
): Promise<CheckRow> {
  try {
    // Before the first release there is no URL. The token is then only asked for, and never sent.
    await caller.idToken(url ?? 'https://preflight.invalid', signal);
    return { need: { kind: 'token', account }, ...needed(use), state: 'ok' };
  } catch (error) {
    if (signal.aborted) throw error;
    const known = error instanceof ReleaseError ? error : undefined;
    const remedy = known && { fix: known.fix, commands: known.commands };
    // A refusal is an answer. If the network failed, nothing is known.
    const state: CheckState = known && /^(login-|permission-denied)/.test(known.code) ? 'missing' : 'unknown';
    return { need: { kind: 'token', account, remedy }, ...needed(use), state, detail: messageOf(error) };
  }
}

async function invokeRow(
  ports: CallerPorts,
  use: PreflightUse,
  target: CallTarget,
  token: CallerToken,
  signal: AbortSignal,
): Promise<CheckRow> {
  const { sources } = ports;
  const { account = '' } = use.invoker ?? {};
  const { service, project, url } = target;
  const need = { kind: 'invoke' as const, account, service };
  // Only the project can grant it before the service exists. So a grant on the service comes after the first build.
  const weight = service === undefined ? ('warn' as const) : weightOf(use);
  const row = (state: CheckState, detail?: string): CheckRow => ({
    ...{ need, stage: 'Smoke test', weight, state },
    ...(detail === undefined ? {} : { detail }),
  });
  // Without a token of the caller, only a call can tell.
  if (token && 'refused' in token) return confirmed(await refusedBy(ports, url, signal), row, token.refused);
  const resource = service ?? `projects/${project}`;
  const held = await sources.held(resource, [invokePermission], signal, token?.bearer);
  if (!held.ok) return row('unknown', held.detail);
  if (held.value.includes(invokePermission)) return row('ok');
  if (service === undefined) return row('missing');
  // The front end has the last word: a refused call proves it.
  return confirmed(await refusedBy(ports, url, signal), row, 'testIamPermissions and a call disagree.');
}

const confirmed = (
  refused: boolean | undefined,
  row: (state: CheckState, detail?: string) => CheckRow,
  detail: string,
) => (refused === undefined ? row('unknown', detail) : row(refused ? 'missing' : 'ok'));

async function refusedBy(
  { caller }: CallerPorts,
  url: string | undefined,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const answer = url === undefined ? undefined : await caller.call(url, signal);
  return answer === 'invoker' ? true : answer === 'function' ? false : undefined;
}
