import { serviceAccount } from '../../sandbox/core/principals.ts';
import type { Binding, SandboxOptions } from '../../sandbox/core/types.ts';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { runState } from '../../sandbox/run/model.ts';
import { createExposureSources } from '../../src/gcp/exposure/exposure-sources.ts';
import { createServices } from '../../src/gcp/run/services.ts';
import { endpoints } from '../../src/http/endpoints.ts';
import { createProber } from '../../src/http/probe.ts';
import { createRest, type Rest } from '../../src/http/rest.ts';
import {
  type GuardPorts,
  type GuardRequest,
  type GuardResult,
  guard,
  guardDefaults,
} from '../../src/steps/guard/guard.ts';
import type { Clock } from '../../src/steps/ports/clock.ts';
import { Client } from '../sandbox/support/client.ts';
import { Registry } from '../sandbox/support/image.ts';
import { defaultDriver, type WorldDriver } from './world-driver.ts';

/** A sandbox with one deployed function, and the guard with its real adapters. */
export interface GuardWorld {
  sandbox: Sandbox;
  client: Client;
  /** Full name of the Cloud Run service, and the name of its policy in the sandbox. */
  service: string;
  policy: string;
  lines: string[];
  /** Sets a policy, with effect at once. */
  set(resource: string, ...bindings: Binding[]): void;
  /** Adapters that log in as a service account. */
  ports(account?: string, clock?: Clock): GuardPorts;
  /** The client of an account, and the token that it sends. */
  rest(account?: string, clock?: Clock): { rest: Rest; token: string };
  guard(request?: Partial<GuardRequest>, account?: string): Promise<GuardResult>;
  /** Makes the function private again, and everything above it. */
  reset(): void;
  stop(): Promise<void>;
}

export const resources = (sandbox: Sandbox) => ({
  project: `//cloudresourcemanager.googleapis.com/projects/${sandbox.project}`,
  folder: `//cloudresourcemanager.googleapis.com/folders/${sandbox.world.folderId}`,
  organization: `//cloudresourcemanager.googleapis.com/organizations/${sandbox.world.organizationId}`,
});

const realClock: Clock = {
  now: () => Date.now(),
  steady: () => Date.now(),
  sleep: (ms) => new Promise<void>((done) => setTimeout(done, ms)),
};

export const answering = {
  'sandbox.json': JSON.stringify({ responses: [{ status: 200, body: { text: 'ok' } }] }),
};

const sourceBucket = ({ sandbox }: Client) =>
  `gcf-v2-sources-${sandbox.world.projectNumber}-${sandbox.region}`;

/** Makes the service that is guarded, as the driver would have made it. */
async function serve(client: Client, driver: WorldDriver): Promise<void> {
  const { sandbox, parent } = client;
  if (driver === 'function') {
    const ended = await client.deploy('ocr', answering);
    if (ended.error) throw new Error(JSON.stringify(ended.error));
    return;
  }
  const image = await new Registry(client).pushInline('ocr:v1', 200, { text: 'ok' });
  const made = await client.api('run', 'POST', `/v2/${parent}/services?serviceId=ocr`, {
    template: { containers: [{ image }] },
  });
  if (made.status !== 200) throw new Error(made.text);
  await client.wait('run', made.body.name as string);
  const service = runState(sandbox.world).services.get(`${parent}/services/ocr`);
  // The guard never builds, so it only has to see that Cloud Run built this service.
  if (service && driver === 'run-function')
    service.buildConfig = { functionTarget: 'ocr', sourceLocation: `gs://${sourceBucket(client)}/o.zip` };
}

export async function guardWorld(
  options: SandboxOptions = {},
  driver: WorldDriver = defaultDriver(),
): Promise<GuardWorld> {
  const sandbox = await startSandbox({ buildMs: 0, trafficSettleMs: 0, ...options });
  const client = new Client(sandbox);
  await serve(client, driver);
  const { world } = sandbox;
  const service = `projects/${sandbox.project}/locations/${sandbox.region}/services/ocr`;
  const policy = `//run.googleapis.com/${service}`;
  const lines: string[] = [];
  const seeded = new Map(
    world.policies.resources().map((name) => [name, structuredClone(world.policies.get(name).bindings)]),
  );

  const log = {
    line: (text: string) => void lines.push(text),
    warning: () => undefined,
    detail: () => undefined,
    debug: () => undefined,
  };
  const restOf = (account = sandbox.env.SERVICE_ACCOUNT as string, clock: Clock = realClock) => {
    const token = world.tokens.issue(
      {
        principal: serviceAccount(account),
        scopes: ['https://www.googleapis.com/auth/cloud-platform'],
        expires: world.now() + 3_600_000,
      },
      'ya29.c.',
    );
    const rest = createRest({
      endpoints: endpoints(sandbox.env),
      clock,
      log,
      redact: (text) => text,
      userAgent: 'test',
      accessToken: async () => token,
      random: () => 0,
    });
    return { rest, token };
  };

  const ports = (account?: string, clock: Clock = realClock): GuardPorts => {
    const { rest } = restOf(account, clock);
    return {
      clock,
      log,
      prober: createProber(rest.endpoints, 'test'),
      services: createServices(rest),
      exposure: createExposureSources(rest),
    };
  };

  return {
    sandbox,
    client,
    service,
    policy,
    lines,
    ports,
    rest: restOf,
    set: (resource, ...bindings) => void world.policies.set(resource, bindings, 'once'),
    guard: (request = {}, account) =>
      guard(ports(account), {
        ...guardDefaults,
        project: sandbox.project,
        region: sandbox.region,
        name: 'ocr',
        mode: 'verify',
        propagationSeconds: 5,
        spacingMs: 50,
        ...request,
      }),
    reset() {
      lines.length = 0;
      world.faults.clear();
      world.denyPolicies.clear();
      for (const name of world.policies.resources()) world.policies.set(name, seeded.get(name) ?? [], 'once');
      const running = runState(world).services.get(service);
      if (running)
        Object.assign(running, {
          invokerIamDisabled: false,
          iapEnabled: false,
          ingress: 'INGRESS_TRAFFIC_ALL',
          defaultUriDisabled: false,
        });
      world.requests.length = 0;
    },
    stop: () => sandbox.stop(),
  };
}
