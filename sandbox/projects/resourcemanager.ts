import { can, permissionDenied, projectResource, requirePermission, testPermissions } from '../core/iam.ts';
import { readPolicy, writePolicy } from '../core/policies.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition, Call, Principal, Route } from '../core/types.ts';

/**
 * Resource Manager v1 (by hand, cloud.google.com/resource-manager/reference/rest/v1/projects) and v3
 * (googleapis google/cloud/resourcemanager/v3). One project in one folder in one organisation.
 */
type Kind = 'projects' | 'folders' | 'organizations';

const createTime = '2024-03-01T08:00:00.000Z';

function v1Project(world: World): Record<string, unknown> {
  return {
    projectNumber: world.projectNumber,
    projectId: world.project,
    lifecycleState: 'ACTIVE',
    name: world.project,
    createTime,
    parent: { type: 'folder', id: world.folderId },
  };
}

const v3: Readonly<Record<Kind, (world: World) => Record<string, unknown>>> = {
  projects: (world) => ({
    name: `projects/${world.projectNumber}`,
    parent: `folders/${world.folderId}`,
    projectId: world.project,
    state: 'ACTIVE',
    displayName: world.project,
    createTime,
    etag: 'W/"sandbox-project"',
  }),
  folders: (world) => ({
    name: `folders/${world.folderId}`,
    parent: `organizations/${world.organizationId}`,
    displayName: 'production',
    state: 'ACTIVE',
    createTime,
    etag: 'W/"sandbox-folder"',
  }),
  organizations: (world) => ({
    name: `organizations/${world.organizationId}`,
    displayName: 'example.com',
    directoryCustomerId: 'C0sandbox',
    state: 'ACTIVE',
    createTime,
    etag: 'W/"sandbox-organization"',
  }),
};

/** The full resource name for a path. A resource outside the sandbox is refused like one that the caller may not read. */
function resourceOf(world: World, kind: Kind, id: string, permission: string): string {
  const own = {
    projects: [world.project, world.projectNumber],
    folders: [world.folderId],
    organizations: [world.organizationId],
  }[kind];
  const resource = `//cloudresourcemanager.googleapis.com/${kind}/${own[0]}`;
  // Another project exists here if it has a policy.
  const other = `//cloudresourcemanager.googleapis.com/${kind}/${id}`;
  if (kind === 'projects' && !own.includes(id) && world.policies.resources().includes(other)) return other;
  if (!own.includes(id)) throw permissionDenied(permission, `${kind}/${id}`);
  return resource;
}

function policyRoutes(world: World, version: 'v1' | 'v2' | 'v3', kind: Kind): Route[] {
  const authorize = (call: Call, id: string | undefined, verb: string) => {
    const permission = `resourcemanager.${kind}.${verb}`;
    const resource = resourceOf(world, kind, id ?? '', permission);
    requirePermission(world, call.principal, permission, resource);
    return resource;
  };
  return [
    {
      method: 'POST',
      pattern: `/${version}/${kind}/:id:getIamPolicy`,
      handle: (call, { id }) => ({
        status: 200,
        body: readPolicy(world.policies, authorize(call, id, 'getIamPolicy'), call),
      }),
    },
    {
      method: 'POST',
      pattern: `/${version}/${kind}/:id:setIamPolicy`,
      handle: (call, { id }) => ({
        status: 200,
        body: writePolicy(world.policies, authorize(call, id, 'setIamPolicy'), call, kind !== 'projects'),
      }),
    },
    {
      method: 'POST',
      pattern: `/${version}/${kind}/:id:testIamPermissions`,
      handle: (call, { id }) => ({
        status: 200,
        body: testPermissions(
          world,
          call.principal as Principal,
          call.json(),
          resourceOf(world, kind, id ?? '', 'resourcemanager.projects.get'),
          kind === 'projects' ? 'project' : kind === 'folders' ? 'folder' : 'organization',
        ),
      }),
    },
  ];
}

export function resourceManagerApi(world: World): ApiDefinition {
  const get = (version: string, kind: Kind, body: (world: World) => unknown): Route => ({
    method: 'GET',
    pattern: `/${version}/${kind}/:id`,
    handle: (call, { id }) => {
      const permission = `resourcemanager.${kind}.get`;
      requirePermission(world, call.principal, permission, resourceOf(world, kind, id ?? '', permission));
      return { status: 200, body: body(world) };
    },
  });
  const ancestry: Route = {
    method: 'POST',
    pattern: '/v1/projects/:id:getAncestry',
    handle: (call, { id }) => {
      const permission = 'resourcemanager.projects.get';
      requirePermission(
        world,
        call.principal,
        permission,
        resourceOf(world, 'projects', id ?? '', permission),
      );
      const levels = [
        ['project', world.project],
        ['folder', world.folderId],
        ['organization', world.organizationId],
      ];
      return {
        status: 200,
        body: { ancestor: levels.map(([type, level]) => ({ resourceId: { type, id: level } })) },
      };
    },
  };
  return {
    name: 'cloudresourcemanager',
    routes: [
      {
        // Google lists the projects on which the caller has a role.
        method: 'GET',
        pattern: '/v1/projects',
        handle: (call) => ({
          status: 200,
          body: can(
            world,
            call.principal as Principal,
            'resourcemanager.projects.get',
            projectResource(world),
          )
            ? { projects: [v1Project(world)] }
            : {},
        }),
      },
      get('v1', 'projects', v1Project),
      ancestry,
      ...policyRoutes(world, 'v1', 'projects'),
      // gcloud reads folders and organisations with these older versions.
      ...policyRoutes(world, 'v1', 'organizations'),
      ...policyRoutes(world, 'v2', 'folders'),
      ...(['projects', 'folders', 'organizations'] as const).flatMap((kind) => [
        get('v3', kind, v3[kind]),
        ...policyRoutes(world, 'v3', kind),
      ]),
    ],
  };
}
