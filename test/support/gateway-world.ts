import { createHash, randomBytes } from 'node:crypto';
import { issueIdToken } from '../../sandbox/core/id-tokens.ts';
import { grant } from '../../sandbox/core/policies.ts';
import { gatewayState } from '../../sandbox/gateway/state.ts';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { runState } from '../../sandbox/run/model.ts';
import { createGateways } from '../../src/gcp/gateway/gateways.ts';
import { endpoints } from '../../src/http/endpoints.ts';
import { createProber } from '../../src/http/probe.ts';
import { createRest } from '../../src/http/rest.ts';
import { releaseGateway } from '../../src/steps/gateway/gateway.ts';
import type { GatewayPorts, GatewayRequest } from '../../src/steps/gateway/ports.ts';
import type { GatewayResult } from '../../src/steps/gateway/result.ts';
import type { Clock } from '../../src/steps/ports/clock.ts';
import { Client, inline } from '../sandbox/support/client.ts';

/** A sandbox with a private function, an account for the gateway, a key, and the action's use case with its real adapters. */
export interface GatewayWorld {
  sandbox: Sandbox;
  client: Client;
  url: string;
  account: string;
  key: string;
  lines: string[];
  /** A document whose backend is the function. */
  document(more?: { security?: string; operation?: string; rest?: string; backend?: string }): string;
  ports(): GatewayPorts;
  run(text: string, more?: Partial<GatewayRequest>, ports?: Partial<GatewayPorts>): Promise<GatewayResult>;
  /** Short names: what the gateway names, and what its data plane serves. */
  state(): { names: string; serves: string };
  /** The status of a call from outside. */
  call(path: string, method?: string, headers?: Record<string, string>): Promise<number>;
  /** Waits until the data plane serves what the gateway names. */
  settled(): Promise<void>;
  calls(): { reads: number; writes: number };
  /** From now on, the use case is logged in as this member. */
  logInAs(member: string): Promise<void>;
  stop(): Promise<void>;
}

const clock: Clock = {
  now: () => Date.now(),
  steady: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise<void>((done, failed) => {
      if (signal?.aborted) return failed(signal.reason);
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        failed(signal.reason);
      });
    }),
};

export async function gatewayWorld(): Promise<GatewayWorld> {
  const sandbox = await startSandbox();
  try {
    return await open(sandbox);
  } catch (error) {
    await sandbox.stop();
    throw error;
  }
}

/** A world whose gateway serves its first document. */
export async function servingGateway(): Promise<GatewayWorld> {
  const w = await gatewayWorld();
  const first = await w.run(w.document());
  if (first.verdict !== 'pass') throw new Error(first.reason);
  await w.settled();
  return w;
}

async function open(sandbox: Sandbox): Promise<GatewayWorld> {
  const client = new Client(sandbox);
  const { world } = sandbox;
  world.disabledServices.delete('apigateway.googleapis.com');
  const ended = await client.deploy('ocr', inline(200, { text: 'ok' }));
  if (ended.error) throw new Error(JSON.stringify(ended.error));
  const service = `${client.parent}/services/ocr`;
  const url = runState(world).services.get(service)?.doors.get('service')?.url as string;
  const account = `${world.projectNumber}-compute@developer.gserviceaccount.com`;
  const project = `//cloudresourcemanager.googleapis.com/projects/${world.project}`;
  const bind = (resource: string, role: string, member: string) =>
    grant(world.policies, resource, role, member);
  bind(`//run.googleapis.com/${service}`, 'roles/run.invoker', `serviceAccount:${account}`);
  bind(project, 'roles/apigateway.admin', `serviceAccount:${sandbox.env.SERVICE_ACCOUNT}`);
  const key = 'AIza-test-key';
  gatewayState(world).keys.set(key, 'consumer');
  // A project that has used the API before has its managed service enabled.
  const tokenFor = async (member: string) =>
    (await client.control('POST', '/tokens', { member })).body.accessToken as string;
  let token = await tokenFor(`serviceAccount:${sandbox.env.SERVICE_ACCOUNT}`);
  const lines: string[] = [];
  const log = {
    line: (text: string) => void lines.push(text),
    warning: (text: string) => void lines.push(text),
    detail: (title: string, more: readonly string[]) => void lines.push(title, ...more),
    debug: () => {},
  };
  const found = endpoints(sandbox.env, 'googleapis.com');
  const rest = createRest({
    endpoints: found,
    clock: { ...clock, sleep: (ms, signal) => clock.sleep(Math.min(ms, 5), signal) },
    log,
    accessToken: async () => token,
    redact: (text) => text,
    userAgent: 'test',
  });
  const invoker = sandbox.env.INVOKER_SERVICE_ACCOUNT as string;
  const gateway = () =>
    gatewayState(world).gateways.get(`${client.parent}/gateways/front`) ?? {
      apiConfig: '',
      serves: '',
      defaultHostname: '',
    };
  const short = (name: string) => name.slice(name.lastIndexOf('/') + 1);
  const ports = (): GatewayPorts => ({
    gateways: createGateways(rest),
    prober: createProber(found, 'test'),
    clock,
    log,
    idToken: async (audience) => issueIdToken(world, { email: invoker, uniqueId: invoker }, audience, true),
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    random: () => randomBytes(8).toString('hex'),
  });
  return {
    sandbox,
    client,
    url,
    account,
    key,
    lines,
    document: ({
      security = '[{ key: [] }]',
      operation = '',
      rest: more = '',
      backend = url,
    } = {}) => `swagger: '2.0'
info: { title: ocr, version: '1' }
schemes: [https]
securityDefinitions:
  key: { type: apiKey, name: x-api-key, in: header }
  token: { type: oauth2, flow: implicit, authorizationUrl: '', x-google-issuer: https://accounts.google.com, x-google-audiences: ocr }
security: ${security}
x-google-backend: { address: '${backend}' }
paths:
  /health:
    get: { operationId: health, responses: { '200': { description: ok } } }
  /ocr:
    post:
      operationId: ocr
${operation}      responses: { '200': { description: ok } }
${more}`,
    ports,
    run: async (text, more = {}, other = {}) => {
      // The managed service of an API is enabled as soon as there is one.
      const enable = setInterval(() => {
        for (const { managedService } of gatewayState(world).apis.values())
          world.disabledServices.delete(managedService);
      }, 5);
      try {
        return await releaseGateway(
          { ...ports(), ...other },
          {
            mode: 'apply',
            project: world.project,
            region: sandbox.region,
            file: 'openapi.yaml',
            text,
            api: 'ocr',
            gateway: 'front',
            service: undefined,
            account,
            apiKey: key,
            probe: undefined,
            // Long, because a busy machine is slow. A test of the deadline gives its own.
            timeoutMs: 60_000,
            paceMs: 15,
            keep: 10,
            signal: AbortSignal.timeout(110_000),
            ...more,
          },
        );
      } finally {
        clearInterval(enable);
      }
    },
    state: () => ({ names: short(gateway().apiConfig), serves: short(gateway().serves) }),
    call: async (path, method = 'GET', headers = {}) =>
      (await client.send(`http://${gateway().defaultHostname}${path}`, method, undefined, headers)).status,
    settled: async () => {
      const isSettled = () => gateway().serves === gateway().apiConfig && gateway().serves !== '';
      for (const end = performance.now() + 60_000; !isSettled() && performance.now() < end; )
        await new Promise((done) => setTimeout(done, 10));
    },
    calls: () => {
      const own = world.requests.filter(({ api }) => ['apigateway', 'run', 'serviceusage'].includes(api));
      return {
        reads: own.filter(({ method }) => method === 'GET').length,
        writes: own.filter(({ method }) => method !== 'GET').length,
      };
    },
    logInAs: async (member) => {
      token = await tokenFor(member);
    },
    stop: () => sandbox.stop(),
  };
}
