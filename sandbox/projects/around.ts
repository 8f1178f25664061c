import { notFound } from '../core/errors.ts';
import { canonical, projectResource, requirePermission } from '../core/iam.ts';
import { readPolicy, writePolicy } from '../core/policies.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition, Call, Route } from '../core/types.ts';
import { authorize } from './authorize.ts';

/**
 * What stands around a project and printed commands ask about, only as far as they ask: the billing of the project
 * (Cloud Billing v1), the policy of an encryption key (Cloud KMS v1), quotas (Cloud Quotas v1beta), connectors (Serverless VPC
 * Access v1). Lists are empty, except for the connectors of `obstacles`: the sandbox has none of these things.
 */
export function aroundApis(world: World): ApiDefinition[] {
  const list = (pattern: string, permission: string): Route => ({
    method: 'GET',
    pattern,
    handle: (call, { project }) => {
      authorize(world, call, project, permission);
      return { status: 200, body: {} };
    },
  });
  const key = '/v1/projects/:project/locations/:location/keyRings/:ring/cryptoKeys/:key';
  const keyOf = (call: Call, params: Record<string, string>, permission: string): string => {
    const { project, location, ring, key: id } = params;
    const resource = canonical(
      world,
      `//cloudkms.googleapis.com/projects/${project}/locations/${location}/keyRings/${ring}/cryptoKeys/${id}`,
    );
    requirePermission(world, call.principal, permission, resource);
    return resource;
  };
  return [
    {
      name: 'cloudbilling',
      routes: [
        {
          method: 'GET',
          pattern: '/v1/projects/:project/billingInfo',
          handle: (call, { project }) => {
            if (project !== world.project) throw notFound();
            requirePermission(world, call.principal, 'resourcemanager.projects.get', projectResource(world));
            const account = world.settings.billingEnabled ? 'billingAccounts/012345-567890-ABCDEF' : '';
            return {
              status: 200,
              body: {
                name: `projects/${project}/billingInfo`,
                projectId: project,
                billingAccountName: account,
                billingEnabled: world.settings.billingEnabled,
              },
            };
          },
        },
      ],
    },
    {
      name: 'cloudkms',
      routes: [
        {
          method: 'GET',
          pattern: `${key}:getIamPolicy`,
          handle: (call, params) => ({
            status: 200,
            body: readPolicy(world.policies, keyOf(call, params, 'cloudkms.cryptoKeys.getIamPolicy'), call),
          }),
        },
        {
          method: 'POST',
          pattern: `${key}:setIamPolicy`,
          handle: (call, params) => ({
            status: 200,
            body: writePolicy(world.policies, keyOf(call, params, 'cloudkms.cryptoKeys.setIamPolicy'), call),
          }),
        },
      ],
    },
    {
      name: 'cloudquotas',
      routes: [
        list(
          '/v1beta/projects/:project/locations/global/services/:service/quotaInfos',
          'cloudquotas.quotas.get',
        ),
      ],
    },
    {
      name: 'vpcaccess',
      routes: [
        {
          ...list('/v1/projects/:project/locations/:location/connectors', 'vpcaccess.connectors.list'),
          handle: (call, { project, location }) => {
            authorize(world, call, project, 'vpcaccess.connectors.list');
            const { connectors } = (world.views.get('obstacles')?.() ?? {}) as { connectors?: string[] };
            return {
              status: 200,
              body: {
                connectors: (connectors ?? []).map((id) => ({
                  name: `projects/${project}/locations/${location}/connectors/${id}`,
                  ...{ state: 'READY', network: 'default', ipCidrRange: '10.8.0.0/28' },
                  ...{ minThroughput: 200, maxThroughput: 300, minInstances: 2, maxInstances: 3 },
                })),
              },
            };
          },
        },
      ],
    },
    {
      name: 'cloudbuild',
      routes: [list('/v1/projects/:project/locations/:location/workerPools', 'cloudbuild.workerpools.list')],
    },
  ];
}
