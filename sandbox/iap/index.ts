import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { invalidArgument, notFound } from '../core/errors.ts';
import { projectResource, requirePermission } from '../core/iam.ts';
import { messagesOf } from '../core/messages.ts';
import { readPolicy, writePolicy } from '../core/policies.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition, Call, Route } from '../core/types.ts';
import { iapSettings, type Json, ownName, policyResource } from './state.ts';

const checkBody = messagesOf(join(import.meta.dirname, 'schemas.json'));

/** The permissions of a resource have the name of its level (cloud.google.com/iap/docs/managing-access). */
function levelOf(name: string): 'web' | 'webTypes' | 'webServices' {
  const parts = name.split('/');
  if (parts[0] !== 'projects' || parts[2] !== 'iap_web')
    throw invalidArgument(`Invalid resource name: ${name}`);
  if (parts.length === 3) return 'web';
  return parts.length === 4 ? 'webTypes' : 'webServices';
}

/**
 * Identity-Aware Proxy v1 (cloud.google.com/iap/docs/reference/rest/v1/v1): policies and settings of what it protects: a Cloud Run
 * service (`iap_web/cloud_run-REGION/services/S`) and a backend service (`iap_web/compute/services/B`).
 */
export function iapApis(world: World): ApiDefinition[] {
  world.views.set('iapSettings', () => Object.fromEntries(iapSettings(world)));
  const authorize = (call: Call, name: string, verb: string) => {
    const permission = `iap.${levelOf(name)}.${verb}`;
    const own = name.split('/')[1];
    if (own !== world.project && own !== world.projectNumber) throw notFound();
    requirePermission(world, call.principal, permission, projectResource(world));
  };
  const verb = (method: string, pattern: string, handle: (call: Call, name: string) => unknown): Route => ({
    method,
    pattern: `/v1/:name*:${pattern}`,
    handle: (call, { name = '' }) => ({ status: 200, body: handle(call, name) }),
  });
  return [
    {
      name: 'iap',
      routes: [
        verb('POST', 'getIamPolicy', (call, name) => {
          authorize(call, name, 'getIamPolicy');
          return readPolicy(world.policies, policyResource(world, name), call);
        }),
        verb('POST', 'setIamPolicy', (call, name) => {
          authorize(call, name, 'setIamPolicy');
          return writePolicy(world.policies, policyResource(world, name), call);
        }),
        verb('GET', 'iapSettings', (call, name) => {
          authorize(call, name, 'getSettings');
          return { name, ...iapSettings(world).get(ownName(world, name)) };
        }),
        verb('PATCH', 'iapSettings', (call, name) => {
          authorize(call, name, 'updateSettings');
          const { name: _, ...body } = call.json();
          checkBody('IapSettings', body, 'iap_settings');
          const written = withoutSecret(body);
          iapSettings(world).set(ownName(world, name), written);
          return { name, ...written };
        }),
      ],
    },
  ];
}

/** A secret goes in and never comes out: what is shown is its hash. */
function withoutSecret(settings: Json): Json {
  const access = settings.accessSettings as Json | undefined;
  const oauth = access?.oauthSettings as Json | undefined;
  if (oauth?.clientSecret === undefined) return settings;
  const { clientSecret, ...rest } = oauth;
  const clientSecretSha256 = createHash('sha256').update(String(clientSecret)).digest('hex');
  return { ...settings, accessSettings: { ...access, oauthSettings: { ...rest, clientSecretSha256 } } };
}
