import type { Client, Json } from './client.ts';

/** What a test says about the balancer that it wants in front of a service. */
export interface Front {
  service: string;
  /** Fields of the backend service, such as `iap` and `securityPolicy`. */
  backend?: Json;
  policy?: Json;
  tag?: string;
  /** The regions that have a group each. Default: the region of the sandbox. */
  regions?: readonly string[];
}

/** Builds a load balancer with the calls that gcloud and Terraform make, and returns its URL. */
export async function buildBalancer(
  client: Client,
  { service, backend, policy, tag, regions }: Front,
): Promise<string> {
  const { project, region } = client.sandbox;
  client.sandbox.world.disabledServices.delete('compute.googleapis.com');
  const owner = (await client.control('POST', '/tokens', { member: 'user:owner@example.com' })).body
    .accessToken;
  const base = `/compute/v1/projects/${project}`;
  const make = async (path: string, body: Json) => {
    const answer = await client.api('compute', 'POST', `${base}/${path}`, body, owner);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.text}`);
  };
  const at = (path: string) => `projects/${project}/${path}`;
  const places = regions ?? [region];
  for (const place of places)
    await make(`regions/${place}/networkEndpointGroups`, {
      name: `${service}-neg`,
      networkEndpointType: 'SERVERLESS',
      cloudRun: { service, ...(tag ? { tag } : {}) },
    });
  if (policy) await make('global/securityPolicies', { name: `${service}-policy`, ...policy });
  await make('global/backendServices', {
    name: `${service}-backend`,
    backends: places.map((place) => ({
      group: at(`regions/${place}/networkEndpointGroups/${service}-neg`),
    })),
    ...(policy ? { securityPolicy: at(`global/securityPolicies/${service}-policy`) } : {}),
    ...backend,
  });
  await make('global/urlMaps', {
    name: `${service}-map`,
    defaultService: at(`global/backendServices/${service}-backend`),
  });
  await make('global/targetHttpsProxies', {
    name: `${service}-proxy`,
    urlMap: at(`global/urlMaps/${service}-map`),
  });
  await make('global/forwardingRules', {
    name: `${service}-rule`,
    target: at(`global/targetHttpsProxies/${service}-proxy`),
    portRange: '443',
  });
  const { balancers } = (await client.control('GET', '/state')).body;
  return balancers[`global/forwardingRules/${service}-rule`] as string;
}
