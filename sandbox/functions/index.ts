import { failedPrecondition } from '../core/errors.ts';
import { projectOf, requirePermission, testPermissions } from '../core/iam.ts';
import { requireLocation } from '../core/locations.ts';
import { readPolicy, writePolicy } from '../core/policies.ts';
import { anonymous } from '../core/principals.ts';
import { checkMessage } from '../core/proto.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition, Route } from '../core/types.ts';
import { detach } from './detach.ts';
import { findFunction, functionRoutes } from './functions.ts';
import { functionState } from './model.ts';
import { functionOperationRoutes } from './operations.ts';
import { renderFunction, renderOperation, reply } from './render.ts';
import { runtimesOn } from './runtimes.ts';
import { createDownload, createUpload, uploadApi } from './upload.ts';
import { v1Routes } from './v1.ts';

const PACKAGE = 'google.cloud.functions.v2';

function detachRoute(world: World): Route {
  return {
    method: 'POST',
    pattern: '/v2/projects/:project/locations/:location/functions/:function:detachFunction',
    handle: (call, params) =>
      detach(world, call, findFunction(world, call, params, 'cloudfunctions.functions.get')),
  };
}

function sourceRoutes(world: World): Route[] {
  const base = '/v2/projects/:project/locations/:location';
  return [
    {
      method: 'POST',
      pattern: `${base}/functions:generateUploadUrl`,
      handle: (call, params) => {
        requireLocation(params.location);
        requirePermission(world, call.principal, 'cloudfunctions.functions.sourceCodeSet', projectOf(params));
        checkMessage('functions', `${PACKAGE}.GenerateUploadUrlRequest`, call.json());
        return { status: 200, body: createUpload(world, params.location ?? '') };
      },
    },
    {
      method: 'POST',
      pattern: `${base}/functions/:function:generateDownloadUrl`,
      handle: (call, params) => {
        const fn = findFunction(world, call, params, 'cloudfunctions.functions.sourceCodeGet');
        if (!fn.source) throw failedPrecondition(`Function ${fn.id} has no source.`);
        return { status: 200, body: { downloadUrl: createDownload(world, fn.source) } };
      },
    },
    {
      method: 'GET',
      pattern: `${base}/runtimes`,
      handle: (call, params) => {
        // No exported role has a permission of runtimes. Whoever may list locations stands for whoever may see the project's functions.
        if (!world.quirks.runtimeListNeedsNoPermission)
          requirePermission(world, call.principal, 'cloudfunctions.locations.list', projectOf(params));
        return reply(call, 'ListRuntimesResponse', {
          runtimes: runtimesOn(new Date(world.now()).toISOString().slice(0, 10)),
        });
      },
    },
  ];
}

/** The function's own policy decides who may change the function, not who may call it. */
function policyRoutes(world: World): Route[] {
  const pattern = '/v2/projects/:project/locations/:location/functions/:function';
  const resource = (name: string) => `//cloudfunctions.googleapis.com/${name}`;
  return [
    {
      method: 'GET',
      pattern: `${pattern}:getIamPolicy`,
      handle: (call, params) => ({
        status: 200,
        body: readPolicy(
          world.policies,
          resource(findFunction(world, call, params, 'cloudfunctions.functions.getIamPolicy').name),
          call,
        ),
      }),
    },
    {
      method: 'POST',
      pattern: `${pattern}:setIamPolicy`,
      handle: (call, params) => ({
        status: 200,
        body: writePolicy(
          world.policies,
          resource(findFunction(world, call, params, 'cloudfunctions.functions.setIamPolicy').name),
          call,
        ),
      }),
    },
    {
      method: 'POST',
      pattern: `${pattern}:testIamPermissions`,
      handle: (call, params) => ({
        status: 200,
        body: testPermissions(
          world,
          call.principal ?? anonymous,
          call.json(),
          resource(`projects/${params.project}/locations/${params.location}/functions/${params.function}`),
          'function',
        ),
      }),
    },
  ];
}

/** Cloud Functions v2, the v1 calls that gcloud makes, and the signed URLs of Cloud Storage. */
export function functionsApis(world: World): ApiDefinition[] {
  const state = functionState(world);
  world.views.set('functions', () => [...state.functions.values()].map((fn) => renderFunction(world, fn)));
  world.views.set('operations', () => [...state.operations.values()].map(renderOperation));
  return [
    {
      name: 'cloudfunctions',
      routes: [
        ...functionRoutes(world),
        ...sourceRoutes(world),
        detachRoute(world),
        ...policyRoutes(world),
        ...functionOperationRoutes(world),
        ...v1Routes(world),
      ],
    },
    uploadApi(world),
  ];
}
