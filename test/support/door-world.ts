import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { grant } from '../../sandbox/core/policies.ts';
import { gatewayState } from '../../sandbox/gateway/state.ts';
import { gatewayRole } from '../../src/domain/setup/roles.ts';
import type { Clock } from '../../src/steps/ports/clock.ts';
import { ReleaseWorld, type RunOptions } from './release-world.ts';

const short = { step_duration: '1s', duration: '1s', canary: 'none', smoke_suite: 'none' };

/** A world in which the deployer may release gateways, and the service `door` is released. */
export interface DoorWorld {
  world: ReleaseWorld;
  account: string;
  /** Gives the deployer these permissions of API Gateway and no other. */
  hold(permissions: readonly string[]): void;
  gateway(): { name: string; apiConfig: string; state: string } | undefined;
  /** Writes a document with one more path, so that it is another one. */
  write(name: string, security?: string, backend?: string): void;
  options(backend?: string, more?: RunOptions): RunOptions;
  serving(): Promise<string | undefined>;
}

export async function doorWorld(clock: Clock): Promise<DoorWorld> {
  const world = await ReleaseWorld.open({}, clock);
  const { sandbox } = world;
  const inner = sandbox.world;
  inner.disabledServices.delete('apigateway.googleapis.com');
  const account = `${inner.projectNumber}-compute@developer.gserviceaccount.com`;
  const first = await world.release('door', world.good(), { inputs: short });
  if (first.report.outcome !== 'promoted') throw new Error(first.report.reason);
  const url = (await world.service('door'))?.uri ?? '';
  const project = `projects/${sandbox.project}`;
  const deployer = `serviceAccount:${sandbox.env.SERVICE_ACCOUNT}`;
  // Exactly what `init --may-release-gateways` gives.
  const role = `${project}/roles/${gatewayRole.id}`;
  const hold = (permissions: readonly string[]) =>
    inner.roles.define({
      ...{ name: role, title: 'test', includedPermissions: [...permissions], stage: 'GA', etag: 'AA==' },
    });
  hold(gatewayRole.permissions);
  grant(inner.policies, `//cloudresourcemanager.googleapis.com/${project}`, role, deployer);
  grant(
    inner.policies,
    `//run.googleapis.com/${project}/locations/${sandbox.region}/services/door`,
    'roles/run.invoker',
    `serviceAccount:${account}`,
  );
  gatewayState(inner).keys.set('AIza-key', 'consumer');
  // The API exists, and somebody has enabled its managed service.
  gatewayState(inner).apis.set(`${project}/locations/global/apis/ocr`, {
    name: `${project}/locations/global/apis/ocr`,
    displayName: 'ocr',
    managedService: 'ocr.apigateway.example',
    createTime: new Date().toISOString(),
  });
  return {
    world,
    account,
    hold,
    gateway: () => [...gatewayState(inner).gateways.values()][0],
    write: (name, security = '[{ key: [] }]', backend = url) =>
      writeFileSync(
        join(world.folder, 'openapi.yaml'),
        `swagger: '2.0'
info: { title: ocr, version: '1' }
securityDefinitions:
  key: { type: apiKey, name: x-api-key, in: header }
x-google-backend: { address: '${backend}' }
paths:
  /${name}:
    get: { operationId: ${name}, security: ${security}, responses: {} }
`,
      ),
    options: (backend = account, more = {}) => ({
      ...more,
      inputs: {
        ...short,
        openapi: 'openapi.yaml',
        api: 'ocr',
        gateway: 'front',
        backend_service_account: backend,
        api_key: 'AIza-key',
        gateway_timeout: '60s',
        ...more.inputs,
      },
    }),
    serving: async () =>
      (await world.service('door'))?.traffic.find(({ percent }) => percent === 100)?.revision,
  };
}
