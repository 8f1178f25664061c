import { notFound } from '../core/errors.ts';
import { canonical, projectResource, requirePermission } from '../core/iam.ts';
import { readPolicy, writePolicy } from '../core/policies.ts';
import { addSetting } from '../core/settings.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition, Call } from '../core/types.ts';
import { gen1Api } from './gen1.ts';

/** An API gateway that a test has added, with the OpenAPI document of its configuration. */
export interface Gateway {
  host: string;
  /** The OpenAPI document as text, in YAML or JSON. */
  document: string;
}

/** The gateways by id. */
export const gatewaysOf = (world: World): Map<string, Gateway> =>
  world.extension('gateways', () => new Map());

/**
 * The services in front of a function and those that keep its source and image. Reads only: API Gateway v1
 * (cloud.google.com/api-gateway/docs/reference/rest), the policy of a bucket (storage v1 buckets.getIamPolicy) and of a
 * repository (artifactregistry v1 repositories.getIamPolicy). Functions of the 1st generation are here too. As in a new
 * project, API Gateway is switched off until a test adds a gateway.
 */
/** The policy of a bucket is the body itself, and not a field of it. */
const policyCall = (call: Call, policy: Record<string, unknown>): Call => ({
  ...call,
  json: () => ({ policy }),
});

export function frontsApis(world: World): ApiDefinition[] {
  const gateways = gatewaysOf(world);
  world.disabledServices.add('apigateway.googleapis.com');
  addSetting(world, 'gateways', (value) => {
    gateways.clear();
    for (const [id, gateway] of Object.entries((value ?? {}) as Record<string, Gateway>))
      gateways.set(id, gateway);
    if (gateways.size > 0) world.disabledServices.delete('apigateway.googleapis.com');
    else world.disabledServices.add('apigateway.googleapis.com');
  });
  const parent = `projects/${world.project}/locations/${world.region}`;
  const configOf = (id: string) => `projects/${world.project}/locations/global/apis/${id}/configs/${id}-1`;
  return [
    gen1Api(world),
    {
      name: 'apigateway',
      routes: [
        {
          method: 'GET',
          pattern: '/v1/projects/:project/locations/:location/gateways',
          handle: (call) => {
            requirePermission(world, call.principal, 'apigateway.gateways.list', projectResource(world));
            const shown = [...gateways].map(([id, { host }]) => ({
              name: `${parent}/gateways/${id}`,
              apiConfig: configOf(id),
              defaultHostname: host,
              state: 'ACTIVE',
            }));
            return { status: 200, body: shown.length ? { gateways: shown } : {} };
          },
        },
        {
          method: 'GET',
          pattern: '/v1/projects/:project/locations/global/apis/:api/configs/:config',
          handle: (call, { api }) => {
            requirePermission(world, call.principal, 'apigateway.apiconfigs.get', projectResource(world));
            const gateway = gateways.get(api ?? '');
            if (!gateway) throw notFound();
            // Google returns the documents only with view FULL.
            const contents = Buffer.from(gateway.document).toString('base64');
            const documents =
              call.query.get('view') === 'FULL'
                ? { openapiDocuments: [{ document: { path: 'openapi.yaml', contents } }] }
                : {};
            return { status: 200, body: { name: configOf(api ?? ''), state: 'ACTIVE', ...documents } };
          },
        },
      ],
    },
    {
      name: 'storage',
      routes: [
        {
          method: 'GET',
          pattern: '/storage/v1/b/:bucket/iam',
          handle: (call, { bucket }) => {
            const resource = `//storage.googleapis.com/projects/${world.project}/buckets/${bucket}`;
            requirePermission(world, call.principal, 'storage.buckets.getIamPolicy', resource);
            const policy = readPolicy(world.policies, resource, call);
            return {
              status: 200,
              body: { kind: 'storage#policy', resourceId: `projects/_/buckets/${bucket}`, ...policy },
            };
          },
        },
        {
          method: 'PUT',
          pattern: '/storage/v1/b/:bucket/iam',
          handle: (call, { bucket }) => {
            const resource = `//storage.googleapis.com/projects/${world.project}/buckets/${bucket}`;
            requirePermission(world, call.principal, 'storage.buckets.setIamPolicy', resource);
            const { kind: _, resourceId: __, ...policy } = call.json();
            const written = writePolicy(world.policies, resource, policyCall(call, policy));
            return {
              status: 200,
              body: { kind: 'storage#policy', resourceId: `projects/_/buckets/${bucket}`, ...written },
            };
          },
        },
      ],
    },
    {
      name: 'artifactregistry',
      routes: [
        {
          method: 'GET',
          pattern: '/v1/projects/:project/locations/:location/repositories/:repository',
          handle: (call, { location, repository }) => {
            requirePermission(
              world,
              call.principal,
              'artifactregistry.repositories.get',
              projectResource(world),
            );
            if (repository !== 'gcf-artifacts') throw notFound();
            const name = `projects/${world.project}/locations/${location}/repositories/${repository}`;
            return { status: 200, body: { name, format: 'DOCKER', mode: 'STANDARD_REPOSITORY' } };
          },
        },
        {
          method: 'GET',
          pattern: '/v1/projects/:project/locations/:location/repositories/:repository:getIamPolicy',
          handle: (call, { project, location, repository }) => {
            const name = `//artifactregistry.googleapis.com/projects/${project}/locations/${location}/repositories/${repository}`;
            const resource = canonical(world, name);
            requirePermission(world, call.principal, 'artifactregistry.repositories.getIamPolicy', resource);
            return { status: 200, body: readPolicy(world.policies, resource, call) };
          },
        },
        {
          method: 'POST',
          pattern: '/v1/projects/:project/locations/:location/repositories/:repository:setIamPolicy',
          handle: (call, { project, location, repository }) => {
            const name = `//artifactregistry.googleapis.com/projects/${project}/locations/${location}/repositories/${repository}`;
            const resource = canonical(world, name);
            requirePermission(world, call.principal, 'artifactregistry.repositories.setIamPolicy', resource);
            return { status: 200, body: writePolicy(world.policies, resource, call) };
          },
        },
      ],
    },
  ];
}
