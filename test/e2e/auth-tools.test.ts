import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { GoogleAuth } from 'google-auth-library';
import { findGcloud, runGcloud } from '../support/gcloud.ts';
import { LoginSandbox } from '../support/login-sandbox.ts';

/** Google's own tools, with only what the auth step exported. */

const gcloud = findGcloud();
const usable = gcloud !== undefined && spawnSync(gcloud, ['version'], { timeout: 60_000 }).status === 0;

// gcloud alone takes seconds on a busy machine.
jest.setTimeout(300_000);

let world: LoginSandbox;
beforeAll(async () => {
  world = await LoginSandbox.start();
});
afterEach(() => world.clearFaults());
afterAll(() => world.stop());

/** The addresses of the sandbox, without its token. */
const places = () =>
  Object.fromEntries(
    Object.entries(world.env).filter(([name]) => name.startsWith('CLOUDSDK_API_ENDPOINT_OVERRIDES_')),
  );

const workflows = () =>
  `principalSet://iam.googleapis.com/${world.provider.replace(/\/providers\/.*/, '')}/attribute.repository/acme/ocr`;

const kinds: [name: string, inputs: () => Record<string, string>, principal: () => string][] = [
  ['impersonation', () => ({}), () => world.account],
  [
    'direct federation',
    () => ({ service_account: '', project_id: world.sandbox.project }),
    () => 'subject/repo:acme/ocr:ref:refs/heads/main',
  ],
];

/** A stand-in for the STS method that names the identity of a token, which the sandbox lacks. gcloud shows that name. */
async function introspecting<T>(act: (env: Record<string, string>) => Promise<T>): Promise<T> {
  const server = createServer((_, response) =>
    response.end(JSON.stringify({ active: true, username: 'principal://of-the-workflow' })),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await act({
      CLOUDSDK_AUTH_TOKEN_INTROSPECTION_ENDPOINT: `http://127.0.0.1:${port}/v1/introspect`,
    });
  } finally {
    server.close();
  }
}

/** The principals of the calls to one API, after the first `before` requests. */
async function callers(api: string, before: number): Promise<string[]> {
  const seen = (await world.requests()).slice(before).filter((one) => one.api === api);
  return [...new Set(seen.map(({ principal, status }) => `${status} ${principal ?? ''}`))];
}

describe.each(kinds)('%s', (_, inputs, principal) => {
  beforeAll(async () => {
    const { grant } = await import('../../sandbox/core/policies.ts');
    const project = `//cloudresourcemanager.googleapis.com/projects/${world.sandbox.project}`;
    grant(world.sandbox.world.policies, project, 'roles/cloudfunctions.developer', workflows());
  });

  (usable ? test : test.skip)('a real gcloud lists the functions', async () => {
    const run = await world.auth(inputs());
    expect(run.code).toBe(0);
    const before = (await world.requests()).length;
    const listed = await introspecting((env) =>
      runGcloud(gcloud as string, ['functions', 'list', '--v2', '--format=json'], {
        ...places(),
        ...run.exported,
        ...env,
      }),
    );
    expect({ code: listed.code, output: listed.code ? listed.output : '' }).toEqual({ code: 0, output: '' });
    expect(await callers('cloudfunctions', before)).toEqual([expect.stringContaining(principal())]);
  });

  test("Google's library calls an API through the file", async () => {
    const run = await world.auth(inputs());
    const before = (await world.requests()).length;
    // The library warns about credentials files from unknown sources.
    const warning = jest.spyOn(console, 'warn').mockImplementation(() => {});
    const client = await new GoogleAuth({
      keyFilename: run.outputs.credentials_file_path as string,
      scopes: ['https://www.googleapis.com/auth/cloud-platform'],
    }).getClient();
    const url = `${world.env.GHA_ENDPOINT_OVERRIDE_cloudfunctions}/projects/${world.sandbox.project}/locations/${world.sandbox.region}/functions`;
    expect((await client.request({ url })).status).toBe(200);
    warning.mockRestore();
    expect(await callers('cloudfunctions', before)).toEqual([expect.stringContaining(principal())]);
  });
});
