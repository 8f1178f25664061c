import { readFileSync } from 'node:fs';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../sandbox/index.ts';
import { zipOf } from './zip.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are read by path, and the tests say what they hold.
export type Json = Record<string, any>;

export interface Answer {
  status: number;
  body: Json;
  text: string;
  headers: Headers;
}

/** Calls the sandbox as any client would: over HTTP, with the URLs and tokens of its environment. */
export class Client {
  readonly sandbox: Sandbox;
  readonly parent: string;
  private readonly token: string;

  constructor(sandbox: Sandbox, region: string = sandbox.region) {
    this.sandbox = sandbox;
    this.parent = `projects/${sandbox.project}/locations/${region}`;
    this.token = readFileSync(sandbox.env.CLOUDSDK_AUTH_ACCESS_TOKEN_FILE as string, 'utf8').trim();
  }

  async send(
    url: string,
    method = 'GET',
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const raw = typeof body === 'string' || ArrayBuffer.isView(body);
    const response = await fetch(url, {
      method,
      headers: { ...(body !== undefined && !raw ? { 'content-type': 'application/json' } : {}), ...headers },
      redirect: 'manual',
      ...(body === undefined
        ? {}
        : { body: raw ? (body as NonNullable<RequestInit['body']>) : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.startsWith('application/json');
    return {
      status: response.status,
      body: json && text !== '' ? (JSON.parse(text) as Json) : {},
      text,
      headers: response.headers,
    };
  }

  /** Calls a Google API as the deployer or with another token. The token '' sends none. */
  api(api: string, method: string, path: string, body?: unknown, token = this.token): Promise<Answer> {
    const base = this.sandbox.world.urls.get(api);
    return this.send(`${base}${path}`, method, body, token ? { authorization: `Bearer ${token}` } : {});
  }

  control(method: string, path: string, body?: unknown): Promise<Answer> {
    return this.send(`${this.sandbox.control}${path}`, method, body);
  }

  async idToken(
    audience: string,
    account = this.sandbox.env.INVOKER_SERVICE_ACCOUNT as string,
  ): Promise<string> {
    const path = `/v1/projects/-/serviceAccounts/${account}:generateIdToken`;
    const token = await this.accessToken();
    const answer = await this.api('iamcredentials', 'POST', path, { audience, includeEmail: true }, token);
    if (answer.status !== 200) throw new Error(`no ID token: ${answer.text}`);
    return answer.body.token as string;
  }

  /** Gets a federated token with the two calls of a workflow: OIDC token, token exchange. */
  async accessToken(env: Readonly<Record<string, string>> = this.sandbox.env): Promise<string> {
    const audience = `//iam.googleapis.com/${env.WORKLOAD_IDENTITY_PROVIDER}`;
    const oidc = await this.send(
      `${env.ACTIONS_ID_TOKEN_REQUEST_URL}&audience=${encodeURIComponent(`https:${audience}`)}`,
      'GET',
      undefined,
      { authorization: `Bearer ${env.ACTIONS_ID_TOKEN_REQUEST_TOKEN}` },
    );
    const exchanged = await this.api(
      'sts',
      'POST',
      '/v1/token',
      {
        audience,
        grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
        requestedTokenType: 'urn:ietf:params:oauth:token-type:access_token',
        scope: 'https://www.googleapis.com/auth/cloud-platform',
        subjectTokenType: 'urn:ietf:params:oauth:token-type:jwt',
        subjectToken: oidc.body.value,
      },
      '',
    );
    if (exchanged.status !== 200) throw new Error(`no token: ${exchanged.text}`);
    return exchanged.body.access_token as string;
  }

  async upload(files: Readonly<Record<string, string>> | Uint8Array): Promise<Json> {
    const made = await this.api(
      'cloudfunctions',
      'POST',
      `/v2/${this.parent}/functions:generateUploadUrl`,
      {},
    );
    const zip = ArrayBuffer.isView(files) ? files : zipOf(files as Record<string, string>);
    const put = await this.send(made.body.uploadUrl as string, 'PUT', zip, {
      'content-type': 'application/zip',
    });
    if (put.status !== 200) throw new Error(`upload: ${put.status} ${put.text}`);
    return made.body.storageSource as Json;
  }

  async wait(api: string, operation: string): Promise<Json> {
    for (const end = Date.now() + 100_000; Date.now() < end; ) {
      const { body } = await this.api(api, 'GET', `/v2/${operation}`);
      if (body.done) return body;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`${operation} never ended`);
  }

  /** Creates or updates a function. Waits for the operation and returns it. */
  async deploy(
    id: string,
    files: Readonly<Record<string, string>>,
    extra: { service?: Json; mask?: string; runtime?: string } = {},
  ): Promise<Json> {
    const storageSource = await this.upload(files);
    const body = {
      buildConfig: { runtime: extra.runtime ?? 'nodejs24', entryPoint: 'ocr', source: { storageSource } },
      serviceConfig: extra.service ?? {},
    };
    const exists = (await this.function(id)).status === 200;
    const mask = [
      'build_config.source',
      ...Object.keys(extra.service ?? {}).map((key) => `serviceConfig.${key}`),
    ].join(',');
    const started = exists
      ? await this.api(
          'cloudfunctions',
          'PATCH',
          `/v2/${this.parent}/functions/${id}?updateMask=${extra.mask ?? mask}`,
          body,
        )
      : await this.api('cloudfunctions', 'POST', `/v2/${this.parent}/functions?functionId=${id}`, body);
    if (started.status !== 200) throw new Error(`deploy: ${started.status} ${started.text}`);
    return this.wait('cloudfunctions', started.body.name as string);
  }

  function(id: string): Promise<Answer> {
    return this.api('cloudfunctions', 'GET', `/v2/${this.parent}/functions/${id}`);
  }

  async service(id: string): Promise<Json> {
    return (await this.api('run', 'GET', `/v2/${this.parent}/services/${id}`)).body;
  }

  async patchService(id: string, mask: string, body: Json, query = ''): Promise<Answer> {
    return this.api('run', 'PATCH', `/v2/${this.parent}/services/${id}?updateMask=${mask}${query}`, body);
  }

  /** Changes a service and waits until it has settled. Returns the service. */
  async traffic(id: string, traffic: Json[]): Promise<Json> {
    const { etag } = await this.service(id);
    const answer = await this.patchService(id, 'traffic', { traffic, etag });
    if (answer.status !== 200) throw new Error(`traffic: ${answer.text}`);
    await this.wait('run', answer.body.name as string);
    return this.service(id);
  }

  async call(
    url: string,
    token: string | undefined,
    method = 'POST',
    body: string | undefined = '{}',
  ): Promise<Answer> {
    return this.send(
      url,
      method,
      method === 'GET' ? undefined : body,
      token ? { authorization: `Bearer ${token}` } : {},
    );
  }

  async logs(filter: string, extra: Json = {}): Promise<Json[]> {
    const resourceNames = [`projects/${this.sandbox.project}`];
    const answer = await this.api('logging', 'POST', '/v2/entries:list', {
      resourceNames,
      filter,
      pageSize: 1000,
      ...extra,
    });
    if (answer.status !== 200) throw new Error(`logs: ${answer.text}`);
    return (answer.body.entries ?? []) as Json[];
  }
}

/** Starts a sandbox with short delays. The given options replace them. */
export async function openSandbox(options: SandboxOptions = {}): Promise<Client> {
  return new Client(await startSandbox({ buildMs: 20, trafficSettleMs: 20, logLagMs: 0, ...options }));
}

/** A source with fixed answers, which needs no process. */
export const inline = (status: number, body: unknown = { ok: status < 400 }): Record<string, string> => ({
  'sandbox.json': JSON.stringify({ responses: [{ status, body }] }),
});
