import { isObject, type JsonObject, listOf, objectOf, textOf, textOrEmpty } from '../../domain/data/json.ts';
import type { Reading } from '../../domain/exposure/facts.ts';
import { readPolicy } from '../../domain/exposure/policy/policy.ts';
import type { BackendFact } from '../../domain/posture/facts.ts';
import type { Rest } from '../../http/rest.ts';
import type { PostureSources } from '../../steps/posture/ports.ts';
import { reading, readingList } from '../exposure/reading.ts';
import { objectsIn, optionalObject, requiredText, UnexpectedShape } from '../exposure/shape.ts';

type Place = Parameters<PostureSources['backends']>[0];

/** Each backend may cost two calls. More of them for one service mean that this is not what it seems. */
const mostBackends = 5;

/** `projects/P/regions/R/x/N` of a full URL, of any host and version. */
const pathOf = (link: unknown): string => textOrEmpty(link).replace(/^.*?\/(?=projects\/)/, '');

/** Does this serverless group send requests to the service? A mask takes the name of the service from the URL, so it may. */
function leadsTo(group: JsonObject, { service, function: name }: Place): boolean {
  if (group.networkEndpointType !== 'SERVERLESS') return false;
  const run = objectOf(group.cloudRun);
  const functions = objectOf(group.cloudFunction);
  if (run.service === service || functions.function === name) return true;
  return (textOf(run.urlMask) ?? textOf(functions.urlMask)) !== undefined;
}

/** Backend services of every scope in one list. */
function backendsIn(page: JsonObject): JsonObject[] {
  if (page.items === undefined && page.kind === undefined)
    throw new UnexpectedShape('items is missing from the answer.');
  return Object.values(optionalObject(page, 'items')).flatMap((scope) =>
    isObject(scope) ? objectsIn(scope, 'backendServices') : [],
  );
}

/** Load balancers in front of the service (compute v1). */
export function backendReader(rest: Rest): Pick<PostureSources, 'backends'> {
  const base = (project: string) => `compute/v1/projects/${encodeURIComponent(project)}`;

  /** What Cloud Armor applies, policies of the organisation included. Undefined: a regional backend, or the answer does not say. */
  async function effectiveOf(
    service: JsonObject,
    project: string,
    signal?: AbortSignal,
  ): Promise<Reading<JsonObject[]> | undefined> {
    if (/\/regions\//.test(pathOf(service.selfLink))) return undefined;
    const path = `${base(project)}/global/backendServices/${encodeURIComponent(requiredText(service, 'name'))}/getEffectiveSecurityPolicies`;
    const read = await reading(
      rest,
      { api: 'compute', method: 'GET', path, signal },
      'compute.backendServices.getEffectiveSecurityPolicies',
      // The discovery document describes no answer, so one without policies says nothing.
      (body) => (body.securityPolicies === undefined ? undefined : objectsIn(body, 'securityPolicies')),
    );
    if (!read.ok) return read;
    return read.value === undefined ? undefined : { ...read, value: read.value };
  }

  async function factOf(
    service: JsonObject,
    { project, number }: Place,
    signal?: AbortSignal,
  ): Promise<BackendFact> {
    const link = pathOf(service.securityPolicy);
    const effective = await effectiveOf(service, project, signal);
    const isOwn = (one: JsonObject) => link !== '' && pathOf(one.selfLink) === link;
    const own = effective?.ok
      ? effective.value.find((one) => isOwn(one) && Array.isArray(one.rules))
      : undefined;
    const above = effective?.ok
      ? { ...effective, value: effective.value.filter((one) => !isOwn(one)) }
      : effective;
    const id = textOf(service.id) ?? requiredText(service, 'name');
    const [policy, access] = await Promise.all([
      link === '' || own
        ? own && effective && { ok: true as const, value: own, call: effective.call }
        : reading(
            rest,
            {
              api: 'compute',
              method: 'GET',
              path: `compute/v1/${link.split('/').map(encodeURIComponent).join('/')}`,
              signal,
            },
            'compute.securityPolicies.get',
            (body) => {
              requiredText(body, 'name');
              return body;
            },
          ),
      objectOf(service.iap).enabled === true
        ? reading(
            rest,
            {
              api: 'iap',
              method: 'POST',
              path: `v1/projects/${encodeURIComponent(number ?? project)}/iap_web/compute/services/${encodeURIComponent(id)}:getIamPolicy`,
              body: { options: { requestedPolicyVersion: 3 } },
              retry: 'read',
              signal,
            },
            'iap.webServices.getIamPolicy',
            (body) => readPolicy(body),
          )
        : undefined,
    ]);
    return { service, policy, above, access };
  }

  return {
    async backends(place, signal) {
      const { project, region } = place;
      const groups = await readingList(
        rest,
        {
          api: 'compute',
          method: 'GET',
          path: `${base(project)}/regions/${encodeURIComponent(region)}/networkEndpointGroups`,
          signal,
        },
        'compute.regionNetworkEndpointGroups.list',
        (page) => {
          if (page.items === undefined && page.kind === undefined)
            throw new UnexpectedShape('items is missing from the answer.');
          return objectsIn(page, 'items');
        },
      );
      if (!groups.ok) return groups;
      const ours = new Set(
        groups.value.filter((group) => leadsTo(group, place)).map(({ selfLink }) => pathOf(selfLink)),
      );
      // Most services have no balancer, and then nothing else has to be asked.
      if (ours.size === 0) return { ...groups, value: [] };
      const all = await readingList(
        rest,
        { api: 'compute', method: 'GET', path: `${base(project)}/aggregated/backendServices`, signal },
        'compute.backendServices.list',
        backendsIn,
      );
      if (!all.ok) return all;
      const found = all.value.filter(({ backends }) =>
        listOf(backends).some((backend) => ours.has(pathOf(objectOf(backend).group))),
      );
      if (found.length > mostBackends)
        return {
          ok: false,
          call: all.call,
          cause: 'failed',
          detail: `more than ${mostBackends} backends send requests to the service`,
        };
      return {
        ok: true,
        call: all.call,
        value: await Promise.all(found.map((one) => factOf(one, place, signal))),
      };
    },
  };
}
