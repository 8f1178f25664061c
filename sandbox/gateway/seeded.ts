import { addSetting } from '../core/settings.ts';
import type { World } from '../core/state.ts';
import { compile } from './compile.ts';
import { gatewayState, nowText } from './state.ts';

/** A gateway that a test has added, with the OpenAPI document of its configuration. Nothing listens at its host. */
interface Added {
  host: string;
  /** The OpenAPI document as text, in YAML or JSON. */
  document: string;
}

/** Lets a test add gateways whose data plane it does not need. As in a new project, API Gateway is off until then. */
export function seedGateways(world: World): void {
  const state = gatewayState(world);
  const service = 'apigateway.googleapis.com';
  world.disabledServices.add(service);
  addSetting(world, 'gateways', (value) => {
    const added = Object.entries((value ?? {}) as Record<string, Added>);
    state.gateways.clear();
    for (const [id, { host, document }] of added) {
      const config = `projects/${world.project}/locations/global/apis/${id}/configs/${id}-1`;
      const compiled = compile('openapi.yaml', document);
      state.configs.set(config, {
        name: config,
        displayName: id,
        serviceConfigId: id,
        gatewayServiceAccount: `${world.projectNumber}-compute@developer.gserviceaccount.com`,
        createTime: nowText(world),
        state: 'ACTIVE',
        documents: [{ path: 'openapi.yaml', contents: Buffer.from(document).toString('base64') }],
        compiled: Array.isArray(compiled) ? undefined : compiled,
      });
      const name = `projects/${world.project}/locations/${world.region}/gateways/${id}`;
      state.gateways.set(name, {
        name,
        displayName: id,
        apiConfig: config,
        defaultHostname: host,
        createTime: nowText(world),
        updateTime: nowText(world),
        state: 'ACTIVE',
        serves: config,
      });
    }
    if (added.length > 0) world.disabledServices.delete(service);
    else world.disabledServices.add(service);
  });
}
