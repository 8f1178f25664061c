import { failedPrecondition, notFound } from '../core/errors.ts';
import { projectResource, requirePermission } from '../core/iam.ts';
import { readPolicy, writePolicy } from '../core/policies.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition, Call } from '../core/types.ts';
import { detailsOf, secretResource, secretSettings, secretsOf } from './state.ts';

/**
 * Secret Manager v1 (googleapis google/cloud/secretmanager/v1/service.proto), as far as repairs need it: the policy of a
 * secret, its versions without their payload, and enabling one.
 */
export function secretsApis(world: World): ApiDefinition[] {
  secretSettings(world);
  const secrets = secretsOf(world);
  const base = '/v1/projects/:project/secrets/:secret';
  const find = (call: Call, secret = '', permission: string) => {
    const resource = secretResource(world, secret);
    requirePermission(world, call.principal, permission, resource);
    const versions = secrets.get(secret);
    if (!versions) throw notFound(`Secret [projects/${world.projectNumber}/secrets/${secret}] not found.`);
    return { resource, versions };
  };
  const shown = (secret: string, version: string) => ({
    name: `projects/${world.projectNumber}/secrets/${secret}/versions/${version}`,
    createTime: detailsOf(world).get(secret)?.created[version] ?? '2026-01-05T09:00:00Z',
    state: secrets.get(secret)?.get(version),
    etag: '"1"',
  });
  const shownSecret = (secret: string) => ({
    name: `projects/${world.projectNumber}/secrets/${secret}`,
    createTime: '2026-01-05T09:00:00Z',
    replication: { automatic: {} },
    etag: '"1"',
    ...detailsOf(world).get(secret)?.secret,
  });
  return [
    {
      name: 'secretmanager',
      routes: [
        {
          method: 'GET',
          pattern: '/v1/projects/:project/secrets',
          handle: (call) => {
            requirePermission(world, call.principal, 'secretmanager.secrets.list', projectResource(world));
            const list = [...secrets.keys()].sort().map(shownSecret);
            return {
              status: 200,
              body: { ...(list.length ? { secrets: list } : {}), totalSize: list.length },
            };
          },
        },
        {
          method: 'GET',
          pattern: base,
          handle: (call, { secret = '' }) => {
            find(call, secret, 'secretmanager.secrets.get');
            return { status: 200, body: shownSecret(secret) };
          },
        },
        {
          method: 'GET',
          pattern: `${base}:getIamPolicy`,
          handle: (call, { secret }) => ({
            status: 200,
            body: readPolicy(
              world.policies,
              find(call, secret, 'secretmanager.secrets.getIamPolicy').resource,
              call,
            ),
          }),
        },
        {
          method: 'POST',
          pattern: `${base}:setIamPolicy`,
          handle: (call, { secret }) => ({
            status: 200,
            body: writePolicy(
              world.policies,
              find(call, secret, 'secretmanager.secrets.setIamPolicy').resource,
              call,
            ),
          }),
        },
        {
          method: 'GET',
          pattern: `${base}/versions`,
          handle: (call, { secret = '' }) => {
            const { versions } = find(call, secret, 'secretmanager.versions.list');
            const list = [...versions.keys()].sort((a, b) => Number(b) - Number(a));
            return {
              status: 200,
              body: { versions: list.map((version) => shown(secret, version)), totalSize: list.length },
            };
          },
        },
        {
          method: 'POST',
          pattern: `${base}/versions/:version:enable`,
          handle: (call, { secret = '', version = '' }) => {
            const { versions } = find(call, secret, 'secretmanager.versions.enable');
            if (!versions.has(version))
              throw notFound(`Secret Version [${secret}/versions/${version}] not found.`);
            if (versions.get(version) === 'DESTROYED')
              throw failedPrecondition(`Secret Version [${version}] is in DESTROYED state.`);
            versions.set(version, 'ENABLED');
            return { status: 200, body: shown(secret, version) };
          },
        },
      ],
    },
  ];
}
