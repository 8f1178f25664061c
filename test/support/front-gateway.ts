import { grant } from '../../sandbox/core/policies.ts';
import { compile } from '../../sandbox/gateway/compile.ts';
import { openGateway } from '../../sandbox/gateway/gateways.ts';
import { gatewayState } from '../../sandbox/gateway/state.ts';
import type { Sandbox } from '../../sandbox/index.ts';

export const frontAudience = 'https://door.example';

/** Puts a gateway named `front`, which somebody else released, in front of a service: POST with a token for the audience. */
export async function frontGateway({ world }: Sandbox, service: string, url: string): Promise<void> {
  const state = gatewayState(world);
  const account = `${world.projectNumber}-compute@developer.gserviceaccount.com`;
  const compiled = compile(
    'openapi.yaml',
    `swagger: '2.0'
info: { title: ocr, version: '1' }
securityDefinitions:
  google: { type: oauth2, flow: implicit, authorizationUrl: '', x-google-issuer: 'https://accounts.google.com', x-google-jwks_uri: 'https://www.googleapis.com/oauth2/v3/certs', x-google-audiences: '${frontAudience}' }
x-google-backend: { address: '${url}' }
paths:
  /:
    post: { operationId: read, security: [{ google: [] }], responses: {} }
`,
  );
  if (Array.isArray(compiled)) throw new Error(JSON.stringify(compiled));
  const config = `projects/${world.project}/locations/global/apis/${service}/configs/one`;
  state.configs.set(config, {
    ...{ name: config, displayName: 'one', serviceConfigId: 'one', gatewayServiceAccount: account },
    ...{ state: 'ACTIVE', createTime: new Date().toISOString(), documents: [], compiled },
  });
  const name = `projects/${world.project}/locations/${world.region}/gateways/front`;
  if (!state.gateways.has(name)) {
    const gateway = {
      ...{ name, displayName: 'front', apiConfig: config, defaultHostname: '', serves: config },
      ...{ state: 'ACTIVE' as const, createTime: '', updateTime: '' },
    };
    await openGateway(world, gateway);
    state.gateways.set(name, gateway);
  }
  world.disabledServices.delete('apigateway.googleapis.com');
  const resource = `//run.googleapis.com/projects/${world.project}/locations/${world.region}/services/${service}`;
  grant(world.policies, resource, 'roles/run.invoker', `serviceAccount:${account}`);
}
