import { notFound } from '../core/errors.ts';
import { projectOf, requirePermission } from '../core/iam.ts';
import { allLocations } from '../core/locations.ts';
import { page } from '../core/page.ts';
import { readPolicy, writePolicy } from '../core/policies.ts';
import type { World } from '../core/state.ts';
import type { Call, Route } from '../core/types.ts';
import { functionState, type Json } from './model.ts';

const v1States: Record<string, string> = {
  ACTIVE: 'ACTIVE',
  OFFLINE: 'FAILED',
  DEPLOY_IN_PROGRESS: 'DEPLOYING',
  DELETE_IN_PROGRESS: 'DELETING',
};

/** Renders a function of the 1st generation as the v2 API does. */
export function renderGen1(old: Json): Json {
  const trigger = old.httpsTrigger as Json | undefined;
  return {
    name: old.name,
    environment: 'GEN_1',
    state: v1States[String(old.status ?? 'ACTIVE')] ?? 'UNKNOWN',
    updateTime: old.updateTime,
    ...(old.labels ? { labels: old.labels } : {}),
    ...(trigger?.url ? { url: trigger.url } : {}),
    buildConfig: { runtime: old.runtime, entryPoint: old.entryPoint },
    serviceConfig: {
      ...(trigger?.url ? { uri: trigger.url } : {}),
      ...(trigger?.securityLevel ? { securityLevel: trigger.securityLevel } : {}),
      ingressSettings: old.ingressSettings ?? 'ALLOW_ALL',
      timeoutSeconds: 60,
      availableMemory: `${Number(old.availableMemoryMb ?? 256)}M`,
      serviceAccountEmail: old.serviceAccountEmail,
    },
  };
}

/** The locations, which both versions list in the same form (google/cloud/location/locations.proto). */
const locations = (world: World, pattern: string): Route => ({
  method: 'GET',
  pattern,
  handle: (call, params) => {
    requirePermission(world, call.principal, 'cloudfunctions.locations.list', projectOf(params));
    const { items, nextPageToken } = page(allLocations, call, 100);
    const shown = items.map((locationId) => ({
      name: `projects/${params.project}/locations/${locationId}`,
      locationId,
    }));
    return { status: 200, body: { locations: shown, ...(nextPageToken ? { nextPageToken } : {}) } };
  },
});

/** The v1 reads of gcloud: locations, and functions of the 1st generation, the only ones that v1 lists. */
export function v1Routes(world: World): Route[] {
  const state = functionState(world);
  const base = '/v1/projects/:project/locations';
  const one = (call: Call, params: Record<string, string>, permission: string): Json => {
    requirePermission(world, call.principal, permission, projectOf(params));
    const name = `projects/${params.project}/locations/${params.location}/functions/${params.function}`;
    const found = state.gen1.get(name);
    if (!found)
      throw notFound(
        `Function ${params.function} in region ${params.location} in project ${params.project} does not exist`,
      );
    return found;
  };
  return [
    locations(world, base),
    locations(world, '/v2/projects/:project/locations'),
    {
      method: 'GET',
      pattern: `${base}/:location/functions`,
      handle: (call, params) => {
        requirePermission(world, call.principal, 'cloudfunctions.functions.list', projectOf(params));
        const here = [...state.gen1.values()].filter(
          ({ name }) => params.location === '-' || String(name).includes(`/locations/${params.location}/`),
        );
        const { items, nextPageToken } = page(here, call, 1000);
        return {
          status: 200,
          body: {
            ...(items.length ? { functions: items } : {}),
            ...(nextPageToken ? { nextPageToken } : {}),
          },
        };
      },
    },
    {
      method: 'GET',
      pattern: `${base}/:location/functions/:function`,
      handle: (call, params) => ({ status: 200, body: one(call, params, 'cloudfunctions.functions.get') }),
    },
    {
      method: 'GET',
      pattern: `${base}/:location/functions/:function:getIamPolicy`,
      handle: (call, params) => ({
        status: 200,
        body: readPolicy(
          world.policies,
          `//cloudfunctions.googleapis.com/${one(call, params, 'cloudfunctions.functions.getIamPolicy').name}`,
          call,
        ),
      }),
    },
    {
      method: 'POST',
      pattern: `${base}/:location/functions/:function:setIamPolicy`,
      handle: (call, params) => ({
        status: 200,
        body: writePolicy(
          world.policies,
          `//cloudfunctions.googleapis.com/${one(call, params, 'cloudfunctions.functions.setIamPolicy').name}`,
          call,
        ),
      }),
    },
  ];
}
