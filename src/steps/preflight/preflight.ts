import { objectOf, textOf } from '../../domain/data/json.ts';
import type { Reading } from '../../domain/exposure/facts.ts';
import { judgePlan, judgePreflight, type PreflightJudgement } from '../../domain/preflight/judge.ts';
import {
  apiRows,
  neededApis,
  neededPermissions,
  permissionRows,
  weighCounts,
} from '../../domain/preflight/permission-rows.ts';
import { isApart, type Place } from '../../domain/preflight/permissions.ts';
import type { PreflightEvidence, PreflightTarget } from '../../domain/preflight/row.ts';
import type { PreflightUse } from '../../domain/preflight/use.ts';
import type { Deployed } from '../ports/target.ts';
import { agentRows } from './agent-rows.ts';
import { type CallerPorts, callerRows, callerToken } from './caller.ts';
import { Calls } from './calls.ts';
import { regionsElsewhere } from './elsewhere.ts';
import { accountPath, defaultAccount, heldOf, openQuestions, type Places, placesOf } from './places.ts';
import { elsewhereRows, imageRows, ingressRows, isClosedNow, projectRows, sizeRows } from './setting-rows.ts';

export interface PreflightRequest extends Omit<PreflightTarget, 'member'> {
  /** The identity of this job as an IAM member. It is asked after the first reads, because the login may still run before. */
  memberOf: () => string | undefined;
  use: PreflightUse;
  mode: 'stop' | 'warn';
  /** A dry run, which changes nothing. */
  plan?: boolean;
  /** The container image, as the user wrote it. */
  image?: string | undefined;
  signal: AbortSignal;
}

export interface PreflightResult extends PreflightJudgement {
  evidence: PreflightEvidence;
  /** What is deployed, so that the next stage need not read it again. Undefined if it could not be read. */
  live: { deployed: Deployed | undefined } | undefined;
}

/**
 * Tries at once what every later stage needs, before anything is changed. Throws only if the login fails, the run is
 * cancelled, or the function cannot be read for another reason than a refusal.
 */
export async function preflight(ports: CallerPorts, request: PreflightRequest): Promise<PreflightResult> {
  const { use: asked, signal, mode, plan = false, image, memberOf, ...place } = request;
  const calls = new Calls(ports.sources, ports.caller);
  const { sources } = calls;
  const project = `projects/${place.project}`;
  // If what exists decides on the kind, the answers must serve both kinds that are built from source.
  const uses = asked.kind === undefined ? [asked, { ...asked, kind: 'run-function' as const }] : [asked];
  const needed = uses.flatMap((use) => neededPermissions(use, undefined));
  const ofProject = needed.filter(({ on }) => !isApart(on));
  const wanted = [...new Set(ofProject.map(({ permission }) => permission))];
  // First round: what exists, what the project grants, and which APIs are off.
  const [described, granted, off, token] = await Promise.all([
    sources.describe(`projects/${place.project}/locations/${place.region}/functions/${place.name}`, signal),
    sources.held(project, wanted, signal),
    sources.disabled(place.project, [...new Set(uses.flatMap(neededApis))], signal),
    callerToken(calls, asked, signal),
  ]);
  const isNew = described.ok ? false : described.cause === 'absent' ? true : undefined;
  const live = described.ok ? described.value : undefined;
  // What exists decides, if the user has not named the kind.
  const use = { ...asked, kind: asked.kind ?? live?.kind };
  const places = placesOf(place, use, live, undefined);
  places.set('project', { resource: project, held: heldOf(granted) });

  // Second round: what only the resources themselves can grant, and whether the caller can call.
  const service = live?.service;
  const url = textOf(objectOf(live?.config.serviceConfig).uri) ?? live?.url;
  const [, , caller, elsewhere, answer, found] = await Promise.all([
    askPlaces(sources, use, isNew, places, signal),
    askDefaultAccount(sources, { ...request, use }, isNew, places),
    callerRows(calls, use, { service, project: place.project, url }, token, signal),
    isNew === true && !use.newRegion ? regionsElsewhere(sources, place, use.kind, signal) : undefined,
    url !== undefined && isClosedNow(use, live?.config) ? calls.caller.call(url, signal) : undefined,
    image === undefined ? undefined : sources.image(image, signal),
  ]);
  const agent = await agentRows(sources, place.project, found, signal);
  const rows = weighCounts(
    [
      ...projectRows(described, granted),
      ...apiRows(use, offOf(off, described, granted)),
      ...permissionRows(use, isNew, places),
      ...caller,
      ...ingressRows(use, live?.config, answer),
      ...sizeRows(use, live?.config),
      ...elsewhereRows(elsewhere),
      ...imageRows(image, found),
      ...agent,
    ],
    use,
  );
  const target: PreflightTarget = { ...place, member: memberOf() };
  const evidence: PreflightEvidence = { ...target, rows, depth: calls.depth, calls: calls.count };
  return {
    ...(plan ? judgePlan(rows, target, mode) : judgePreflight(rows, target, mode)),
    evidence,
    live: isNew === undefined ? undefined : { deployed: live },
  };
}

async function askPlaces(
  sources: Calls['sources'],
  use: PreflightUse,
  isNew: boolean | undefined,
  places: Places,
  signal: AbortSignal,
): Promise<void> {
  const missing: Place[] = isNew === true ? ['function', 'service'] : [];
  const open = openQuestions(use, isNew, places, new Set(missing));
  await Promise.all(
    [...open].map(async ([place, permissions]) => {
      const { resource } = places.get(place) ?? {};
      if (resource !== undefined)
        places.set(place, { resource, held: heldOf(await sources.held(resource, permissions, signal)) });
    }),
  );
}

/** A new function without an account of its own runs as the project's default account, whose name has the number. */
async function askDefaultAccount(
  sources: Calls['sources'],
  request: PreflightRequest,
  isNew: boolean | undefined,
  places: Places,
): Promise<void> {
  const { use, project, signal } = request;
  if (isNew !== true || !use.stages.has('Build') || places.has('runtime account')) return;
  const granted = places.get('project')?.held;
  const number = await sources.projectNumber(project, signal);
  if (!number.ok || number.value === '') return;
  const resource = accountPath(defaultAccount(number.value));
  if (granted?.ok && granted.permissions.has('iam.serviceAccounts.actAs')) {
    places.set('runtime account', { resource });
    return;
  }
  const held = heldOf(await sources.held(resource, ['iam.serviceAccounts.actAs'], signal));
  places.set('runtime account', { resource, held });
}

/** The APIs that are off. If the list cannot be read, a call that was refused for that reason names its own. */
function offOf(
  off: Reading<string[]>,
  described: Reading<unknown>,
  granted: Reading<string[]>,
): ReadonlySet<string> | undefined {
  const refused = [
    ...(!described.ok && described.cause === 'api-off' ? ['cloudfunctions.googleapis.com'] : []),
    ...(!granted.ok && granted.cause === 'api-off' ? ['cloudresourcemanager.googleapis.com'] : []),
  ];
  if (off.ok) return new Set([...off.value, ...refused]);
  return refused.length > 0 ? new Set(refused) : undefined;
}
