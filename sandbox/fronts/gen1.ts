import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { alreadyExists, notFound } from '../core/errors.ts';
import { can, projectResource, requirePermission } from '../core/iam.ts';
import { listen } from '../core/listen.ts';
import { grant } from '../core/policies.ts';
import { anonymous } from '../core/principals.ts';
import { addSetting } from '../core/settings.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition, Call, Reply } from '../core/types.ts';
import { functionState, type Json, nowText } from '../functions/model.ts';
import { createUpload } from '../functions/upload.ts';
import { forbidden, refuse } from '../run/refusals.ts';

/**
 * Functions of the 1st generation, only the calls that a deploy by gcloud makes (cloudfunctions.googleapis.com/$discovery/rest
 * version v1). Nothing is built. The URL answers a fixed text; in this generation, the function's own policy decides who may
 * call it. `gen1OpensAtPoll` plays a case that a comment in gcloud describes: Google itself adds allUsers to a new function
 * while gcloud polls the operation.
 */
interface Gen1Operation {
  name: string;
  target: string;
  type: 'CREATE_FUNCTION' | 'UPDATE_FUNCTION';
  polls: number;
}

const donePolls = 2;

export function gen1Api(world: World): ApiDefinition {
  const { gen1 } = functionState(world);
  const operations = new Map<string, Gen1Operation>();
  let opensAtPoll = 0;
  addSetting(world, 'gen1OpensAtPoll', (value) => {
    opensAtPoll = Number(value);
  });
  const base = '/v1/projects/:project/locations/:location/functions';

  async function open(name: string): Promise<string> {
    const server = createServer((request, response) => {
      request.resume();
      response.setHeader('server', 'Google Frontend');
      if (can(world, anonymous, 'cloudfunctions.functions.invoke', `//cloudfunctions.googleapis.com/${name}`))
        response.end('hello');
      else refuse(response, forbidden(), '/');
    });
    const running = await listen(server, name);
    world.onStop.push(() => running.close());
    const id = name.split('/').at(-1);
    const location = name.split('/')[3];
    return (
      world.names?.publish(`https://${location}-${world.project}.cloudfunctions.net/${id}`, running.url) ??
      running.url
    );
  }

  function begin(target: string, type: Gen1Operation['type']): Reply {
    const operation = { name: `operations/${randomBytes(12).toString('hex')}`, target, type, polls: 0 };
    operations.set(operation.name, operation);
    return { status: 200, body: render(operation) };
  }

  function render({ name, target, type, polls }: Gen1Operation): Json {
    const done = polls >= donePolls;
    return {
      name,
      metadata: {
        '@type': 'type.googleapis.com/google.cloud.functions.v1.OperationMetadataV1',
        target,
        type,
        updateTime: nowText(world),
        versionId: '1',
      },
      ...(done
        ? {
            done,
            response: {
              '@type': 'type.googleapis.com/google.cloud.functions.v1.CloudFunction',
              ...gen1.get(target),
            },
          }
        : {}),
    };
  }

  const blank = (call: Call, name: string, url: string): Json => ({
    ...call.json(),
    name,
    status: 'ACTIVE',
    versionId: '1',
    updateTime: nowText(world),
    httpsTrigger: {
      securityLevel: 'SECURE_OPTIONAL',
      ...(call.json().httpsTrigger as Json | undefined),
      url,
    },
  });

  return {
    name: 'cloudfunctions',
    routes: [
      {
        method: 'POST',
        pattern: `${base}:generateUploadUrl`,
        handle: (call, { location }) => {
          requirePermission(
            world,
            call.principal,
            'cloudfunctions.functions.sourceCodeSet',
            projectResource(world),
          );
          return { status: 200, body: { uploadUrl: createUpload(world, location ?? '').uploadUrl } };
        },
      },
      {
        method: 'POST',
        pattern: base,
        handle: async (call) => {
          requirePermission(world, call.principal, 'cloudfunctions.functions.create', projectResource(world));
          const name = String(call.json().name);
          if (gen1.has(name)) throw alreadyExists(`Function ${name} already exists`);
          gen1.set(name, blank(call, name, await open(name)));
          return begin(name, 'CREATE_FUNCTION');
        },
      },
      {
        method: 'PATCH',
        pattern: `${base}/:function`,
        handle: (call, { project, location, function: id }) => {
          requirePermission(world, call.principal, 'cloudfunctions.functions.update', projectResource(world));
          const name = `projects/${project}/locations/${location}/functions/${id}`;
          const old = gen1.get(name);
          if (!old) throw notFound(`Function ${id} does not exist`);
          const trigger = call.json().httpsTrigger as Json | undefined;
          const level =
            call.query.get('updateMask')?.includes('httpsTrigger.securityLevel') && trigger?.securityLevel;
          gen1.set(name, {
            ...old,
            ...(level ? { httpsTrigger: { ...(old.httpsTrigger as Json), securityLevel: level } } : {}),
            versionId: String(Number(old.versionId) + 1),
            updateTime: nowText(world),
          });
          return begin(name, 'UPDATE_FUNCTION');
        },
      },
      {
        method: 'GET',
        pattern: '/v1/operations/:operation',
        handle: (_call, { operation }) => {
          const found = operations.get(`operations/${operation}`);
          if (!found) throw notFound();
          found.polls += 1;
          if (found.type === 'CREATE_FUNCTION' && found.polls === opensAtPoll)
            grant(
              world.policies,
              `//cloudfunctions.googleapis.com/${found.target}`,
              'roles/cloudfunctions.invoker',
              'allUsers',
            );
          return { status: 200, body: render(found) };
        },
      },
    ],
  };
}
