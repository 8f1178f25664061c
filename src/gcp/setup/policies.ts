import { isObject, type JsonObject, listOf, objectOf, textsOf } from '../../domain/data/json.ts';
import { encodeName } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { absent, type Observed } from '../../domain/setup/observed.ts';
import type { SetupRow } from '../../domain/setup/plan.ts';
import type { GrantPlace, Of } from '../../domain/setup/resource.ts';
import type { Rest, RestCall } from '../../http/rest.ts';
import { observe } from './read.ts';
import { type Writer, whenKnown } from './write.ts';

/** Grants in allow policies: one read and one write of the policy for all grants on a resource, with its etag. */

interface Place {
  api: 'cloudresourcemanager' | 'iam' | 'run';
  path: string;
  /** Cloud Run reads a policy with GET. */
  get: boolean;
  permission: string;
}

function placeOf({ what, name }: GrantPlace, project: string): Place {
  if (what === 'project')
    return {
      ...{ api: 'cloudresourcemanager', path: `v3/projects/${encodeURIComponent(name)}`, get: false },
      permission: 'resourcemanager.projects.getIamPolicy',
    };
  if (what === 'account')
    return {
      ...{
        api: 'iam',
        path: `v1/projects/${encodeURIComponent(project)}/serviceAccounts/${name}`,
        get: false,
      },
      permission: 'iam.serviceAccounts.getIamPolicy',
    };
  return { api: 'run', path: `v2/${encodeName(name)}`, get: true, permission: 'run.services.getIamPolicy' };
}

function readCall({ api, path, get }: Place, signal?: AbortSignal): RestCall {
  const option = { 'options.requestedPolicyVersion': 3 };
  const call = { api, path: `${path}:getIamPolicy`, retry: 'read' as const, signal };
  if (get) return { ...call, method: 'GET', query: option };
  if (api === 'iam') return { ...call, method: 'POST', query: option, body: {} };
  return { ...call, method: 'POST', body: { options: { requestedPolicyVersion: 3 } } };
}

const bindingsOf = (policy: JsonObject): JsonObject[] => listOf(policy.bindings).map(objectOf);
/** A binding with a condition is another grant. */
const isFor = (role: string) => (binding: JsonObject) =>
  binding.role === role && !isObject(binding.condition);
const holds = (policy: JsonObject, { role, member }: Of<'grant'>): boolean =>
  bindingsOf(policy).some((binding) => isFor(role)(binding) && textsOf(binding.members).includes(member));

export function observeGrant(
  rest: Rest,
  project: string,
  grant: Of<'grant'>,
  signal?: AbortSignal,
): Promise<Observed> {
  const place = placeOf(grant.on, project);
  return observe(rest, readCall(place, signal), place.permission, (policy) =>
    holds(policy, grant) ? { state: 'present', ours: true, fields: { granted: 'yes' } } : absent,
  );
}

/** The policy with these grants. Everything else in it stays. */
export function changed(policy: JsonObject, rows: readonly SetupRow[]): JsonObject {
  const bindings: (JsonObject & { members: string[] })[] = bindingsOf(policy).map((binding) => ({
    ...binding,
    members: textsOf(binding.members),
  }));
  for (const { resource, sign } of rows) {
    if (resource.kind !== 'grant') continue;
    const { role, member } = resource;
    const given = resource.wanted && sign !== '-';
    const mine = bindings.filter(isFor(role));
    if (!given) for (const binding of mine) binding.members = binding.members.filter((one) => one !== member);
    else if (mine[0]) mine[0].members = [...new Set([...mine[0].members, member])];
    else bindings.push({ role, members: [member] });
  }
  const kept = bindings.filter(({ members }) => members.length > 0);
  return { ...policy, version: 3, bindings: kept };
}

const tries = 6;

/** Reads the policy, changes it, and writes it back. If someone else wrote in between, it starts again. */
export async function writeGrants(
  writer: Writer,
  project: string,
  rows: readonly SetupRow[],
  signal?: AbortSignal,
): Promise<void> {
  const [first] = rows;
  if (first?.resource.kind !== 'grant') return;
  const place = placeOf(first.resource.on, project);
  const { rest } = writer;
  for (let at = 0; at < tries; at++) {
    const { body } = await rest.call<unknown>(readCall(place, signal));
    const policy = objectOf(body);
    if (typeof policy.etag !== 'string')
      throw new ReleaseError('response-malformed', {
        what: `The policy of ${place.path} came without an etag.`,
      });
    const call = {
      api: place.api,
      method: 'POST',
      path: `${place.path}:setIamPolicy`,
      accept: [409],
      signal,
    } as const;
    const answer = await whenKnown(
      writer,
      () => rest.call<unknown>({ ...call, body: { policy: changed(policy, rows) }, retry: 'write' }),
      signal,
    );
    if (answer.status !== 409) return;
  }
  throw new ReleaseError('remote-error', {
    what: `The policy of ${place.path} was changed by others ${tries} times while it was written.`,
  });
}
