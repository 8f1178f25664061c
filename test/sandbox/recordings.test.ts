import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Answer, type Client, inline, type Json, openSandbox } from './support/client.ts';
import { zipOf } from './support/zip.ts';

interface Line {
  client: string;
  api: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: Json | string;
  status: number;
}

const file = join(import.meta.dirname, '..', '..', '..', 'shared', 'recordings', 'clients.jsonl');
const lines = existsSync(file)
  ? readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line)
  : [];

const operation = {
  name: expect.stringMatching(/^projects\/p1\/locations\/us-central1\/operations\/operation-/),
  metadata: expect.objectContaining({
    '@type': 'type.googleapis.com/google.cloud.functions.v2.OperationMetadata',
    target: 'projects/p1/locations/us-central1/functions/ocr',
    apiVersion: 'v2',
    stages: expect.any(Array),
  }),
};
const fn = {
  name: 'projects/p1/locations/us-central1/functions/ocr',
  environment: 'GEN_2',
  state: 'ACTIVE',
  url: expect.any(String),
  updateTime: expect.any(String),
  buildConfig: expect.objectContaining({
    runtime: 'nodejs22',
    entryPoint: 'ocr',
    source: { storageSource: expect.anything() },
  }),
  serviceConfig: expect.objectContaining({
    service: 'projects/p1/locations/us-central1/services/ocr',
    uri: expect.any(String),
    revision: expect.stringMatching(/^ocr-\d{5}-[a-z]{3}$/),
  }),
};

/** The documented form of each call's answer: the fields on which a client may rely. */
const kinds: [api: string, call: RegExp, body: Json][] = [
  [
    'cloudfunctions',
    /^GET \/v1\/[^?]*\/locations\?/,
    { locations: expect.arrayContaining([expect.objectContaining({ locationId: 'us-central1' })]) },
  ],
  ['cloudfunctions', /^GET \/v[12]\/[^?]*\/functions\?/, {}],
  ['cloudfunctions', /^GET \/v2\/[^?]*\/functions\/ocr(\?|$)/, fn],
  [
    'cloudfunctions',
    /^GET \/v2\/[^?]*\/functions\/ocr:getIamPolicy/,
    { etag: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/) },
  ],
  [
    'cloudfunctions',
    /^GET \/v2\/[^?]*\/runtimes/,
    {
      runtimes: expect.arrayContaining([
        expect.objectContaining({ name: 'nodejs22', stage: 'GA', environment: 'GEN_2' }),
      ]),
    },
  ],
  [
    'cloudfunctions',
    /^POST .*:generateUploadUrl/,
    {
      uploadUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1/),
      storageSource: { bucket: expect.any(String), object: expect.any(String) },
    },
  ],
  ['cloudfunctions', /^POST .*functionId=ocr/, operation],
  ['cloudfunctions', /^(PATCH|DELETE) .*\/functions\/ocr/, operation],
  ['cloudfunctions', /^GET .*\/operations\//, operation],
  ['upload', /^PUT /, {}],
  ['serviceusage', /^GET .*\/services\//, { name: expect.stringContaining('/services/'), state: 'ENABLED' }],
  ['cloudbuild', /^GET .*\/defaultServiceAccount/, { serviceAccountEmail: expect.stringContaining('@') }],
  [
    'cloudresourcemanager',
    /^GET \/v1\/projects\/p1\?/,
    { projectId: 'p1', projectNumber: '123', lifecycleState: 'ACTIVE' },
  ],
  [
    'cloudresourcemanager',
    /^POST \/v1\/projects\/p1:getIamPolicy/,
    { etag: expect.any(String), bindings: expect.any(Array) },
  ],
  ['run', /^GET .*:getIamPolicy/, { etag: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/) }],
  ['run', /^POST .*:setIamPolicy/, { etag: expect.any(String), bindings: expect.any(Array) }],
  ['oidc', /^GET \/token/, { value: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) }],
  [
    'sts',
    /^POST \/v1\/token/,
    {
      access_token: expect.any(String),
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: expect.any(Number),
    },
  ],
  [
    'iamcredentials',
    /:generateAccessToken$/,
    { accessToken: expect.any(String), expireTime: expect.any(String) },
  ],
  ['iamcredentials', /:generateIdToken$/, { token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) }],
];

/** Values that a session takes from one answer into a later request: tokens, URLs and etags, which the recording lacks. */
class Replay {
  private readonly client: Client;
  private upload: Json = {};
  private operation = '';
  private policyEtag = '';
  private oidcToken = '';
  private accessToken: string;
  private readonly gcloudToken: string;

  constructor(client: Client) {
    this.client = client;
    this.gcloudToken = readFileSync(
      client.sandbox.env.CLOUDSDK_AUTH_ACCESS_TOKEN_FILE as string,
      'utf8',
    ).trim();
    this.accessToken = this.gcloudToken;
  }

  private address(line: Line): string {
    if (line.api === 'upload') return this.upload.uploadUrl as string;
    const path = line.path.replace(/projects\/p1\/locations\/us-central1\/operations\/op-1/, this.operation);
    return `${this.client.sandbox.world.urls.get(line.api)}${path}`;
  }

  private body(line: Line): string | Uint8Array | undefined {
    if (line.body === undefined) return undefined;
    if (line.api === 'upload') return zipOf(inline(200));
    const iam = new URL(this.client.sandbox.env.GHA_ENDPOINT_OVERRIDE_iam as string).host;
    const form = typeof line.body === 'string';
    const text = (form ? (line.body as string) : JSON.stringify(line.body))
      .replace(
        /127\.0\.0\.1(:|%3A)(PORT|\d+)(?=\/projects|%2Fprojects)/,
        form ? encodeURIComponent(iam) : iam,
      )
      .replace(/eyJ[\w.-]+/, this.oidcToken);
    if (form) return text;
    const json = JSON.parse(text) as Json;
    if (json.buildConfig?.source) json.buildConfig.source.storageSource = this.upload.storageSource;
    if (json.policy) json.policy.etag = this.policyEtag;
    return JSON.stringify(json);
  }

  private bearer(line: Line): string {
    if (line.api === 'oidc') return this.client.sandbox.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN as string;
    return line.client.startsWith('gcloud') ? this.gcloudToken : this.accessToken;
  }

  async send(line: Line): Promise<Answer> {
    const { authorization, ...headers } = line.headers;
    const sent = { ...headers, ...(authorization ? { authorization: `Bearer ${this.bearer(line)}` } : {}) };
    const answer = await this.client.send(this.address(line), line.method, this.body(line), sent);
    if (answer.body.uploadUrl) this.upload = answer.body;
    if (answer.body.metadata) this.operation = answer.body.name;
    if (answer.body.etag) this.policyEtag = answer.body.etag;
    if (answer.body.value) this.oidcToken = answer.body.value;
    if (answer.body.access_token) this.accessToken = answer.body.access_token;
    return answer;
  }

  /** The recorded client went on after its operation had ended, so this waits for the end. */
  async ended(): Promise<void> {
    if (this.operation) await this.client.wait('cloudfunctions', this.operation);
  }
}

const replayed = lines.length > 0 ? describe : describe.skip;

replayed('what gcloud 528, auth@v3 and deploy-cloud-functions@v4 were recorded to send', () => {
  let client: Client;
  let replay: Replay;
  beforeAll(async () => {
    client = await openSandbox({ project: 'p1', projectNumber: '123' });
    replay = new Replay(client);
  });
  afterAll(() => client.sandbox.stop());

  test.each(
    lines.map(
      (line, i) =>
        [
          i + 1,
          `${line.client.slice(0, 50)}: ${line.api} ${line.method} ${line.path.slice(0, 80)}`,
          line,
        ] as const,
    ),
  )('line %i, %s', async (_number, _name, line) => {
    if (!line.path.includes('/operations/')) await replay.ended();
    const answer = await replay.send(line);
    expect({ status: answer.status, text: answer.status === line.status ? '' : answer.text }).toEqual({
      status: line.status,
      text: '',
    });
    if (line.status === 404)
      return expect(answer.body.error).toMatchObject({ code: 404, status: 'NOT_FOUND' });
    const kind = kinds.find(([api, call]) => api === line.api && call.test(`${line.method} ${line.path}`));
    expect(kind).toBeDefined();
    expect(answer.body).toMatchObject(kind?.[2] as Json);
  });

  test("the last update took effect: the fields of v4's mask, and all traffic on the newest revision", async () => {
    await replay.ended();
    const { body } = await client.function('ocr');
    expect(body.serviceConfig).toMatchObject({
      environmentVariables: { K: 'V' },
      availableMemory: '256Mi',
      allTrafficOnLatestRevision: true,
    });
    expect(body.serviceConfig.revision).toMatch(/^ocr-00002-/);
  });
});

if (lines.length === 0)
  test('skipped, because the recordings are missing', () => {
    process.stderr.write(`recordings.test: skipped, ${file} does not exist\n`);
    expect(existsSync(file)).toBe(false);
  });
