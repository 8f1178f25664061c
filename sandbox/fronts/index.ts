import { notFound } from '../core/errors.ts';
import { canonical, projectResource, requirePermission } from '../core/iam.ts';
import { readPolicy, writePolicy } from '../core/policies.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition, Call } from '../core/types.ts';
import { findBucket } from '../storage/buckets.ts';
import { gen1Api } from './gen1.ts';

/**
 * The services that keep a function's source and image, reads only: the policy of a bucket (storage v1 buckets.getIamPolicy) and of
 * a repository (artifactregistry v1 repositories.getIamPolicy). Functions of the 1st generation are here too.
 */
/** The policy of a bucket is the body itself, and not a field of it. */
const policyCall = (call: Call, policy: Record<string, unknown>): Call => ({
  ...call,
  json: () => ({ policy }),
});

export function frontsApis(world: World): ApiDefinition[] {
  return [
    gen1Api(world),
    {
      name: 'storage',
      routes: [
        {
          method: 'GET',
          pattern: '/storage/v1/b/:bucket/iam',
          handle: (call, { bucket }) => {
            const resource = `//storage.googleapis.com/projects/${world.project}/buckets/${bucket}`;
            findBucket(world, call, bucket ?? '', 'storage.buckets.getIamPolicy');
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
            findBucket(world, call, bucket ?? '', 'storage.buckets.setIamPolicy');
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
