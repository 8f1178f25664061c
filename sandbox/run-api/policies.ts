import { testPermissions } from '../core/iam.ts';
import { readPolicy, writePolicy } from '../core/policies.ts';
import { anonymous } from '../core/principals.ts';
import type { World } from '../core/state.ts';
import type { Call, Route } from '../core/types.ts';
import { serviceResource } from '../run/model.ts';
import { findService } from './find.ts';

/** The three IAM calls of v2 and those of v1, which gcloud uses. The bodies are the same (run.googleapis.com/$discovery/rest?version=v1). */
export function policyRoutes(world: World): Route[] {
  const resourceOf = (call: Call, params: Record<string, string>, permission: string) =>
    serviceResource(findService(world, call, params, permission));
  return ['/v1', '/v2'].flatMap((version) => {
    const base = `${version}/projects/:project/locations/:location/services/:service`;
    const routes: Route[] = [
      {
        method: 'GET',
        pattern: `${base}:getIamPolicy`,
        handle: (call, params) => ({
          status: 200,
          body: readPolicy(world.policies, resourceOf(call, params, 'run.services.getIamPolicy'), call),
        }),
      },
      {
        method: 'POST',
        pattern: `${base}:setIamPolicy`,
        handle: (call, params) => ({
          status: 200,
          body: writePolicy(world.policies, resourceOf(call, params, 'run.services.setIamPolicy'), call),
        }),
      },
      {
        method: 'POST',
        pattern: `${base}:testIamPermissions`,
        handle: (call, params) => {
          const resource = `//run.googleapis.com/projects/${params.project}/locations/${params.location}/services/${params.service}`;
          return {
            status: 200,
            body: testPermissions(world, call.principal ?? anonymous, call.json(), resource, 'service'),
          };
        },
      },
    ];
    return routes;
  });
}
