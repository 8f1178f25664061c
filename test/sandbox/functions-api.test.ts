import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { holdBuilds } from '../../sandbox/projects/hold-builds.ts';
import { type Client, inline, type Json, openSandbox } from './support/client.ts';

let client: Client;
beforeAll(async () => {
  client = await openSandbox();
});
afterAll(() => client.sandbox.stop());

const patch = (id: string, mask: string | undefined, body: Json) =>
  client.api(
    'cloudfunctions',
    'PATCH',
    `/v2/${client.parent}/functions/${id}${mask === undefined ? '' : `?updateMask=${mask}`}`,
    body,
  );
describe('operations', () => {
  test('pass through the stages; a second change in the meantime gets 409 ABORTED', async () => {
    await client.deploy('earlier', inline(200));
    const open = holdBuilds(client.sandbox.world);
    const source = { storageSource: await client.upload(inline(200)) };
    const body = { buildConfig: { runtime: 'nodejs22', source } };
    const started = await client.api(
      'cloudfunctions',
      'POST',
      `/v2/${client.parent}/functions?functionId=slow`,
      body,
    );
    expect(started.body.done).toBeUndefined();
    const states = new Set<string>();
    const collide = await patch('slow', 'labels', { labels: { a: 'b' } });
    expect([collide.status, collide.body.error.status]).toEqual([409, 'ABORTED']);
    for (let done = false; !done; ) {
      const { body: operation } = await client.api('cloudfunctions', 'GET', `/v2/${started.body.name}`);
      done = operation.done === true;
      states.add(operation.metadata.stages.map((stage: Json) => stage.state).join());
      if (states.has('COMPLETE,IN_PROGRESS,NOT_STARTED')) open();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect([...states]).toContain('COMPLETE,IN_PROGRESS,NOT_STARTED');
    expect([...states].at(-1)).toBe('COMPLETE,COMPLETE,COMPLETE');
    const listed = await client.api('cloudfunctions', 'GET', `/v2/${client.parent}/operations?pageSize=1`);
    expect(listed.body.operations[0].name).toBe(started.body.name);
    expect(listed.body.nextPageToken).toBeTruthy();
  });

  test('creating an existing function gets 409 ALREADY_EXISTS', async () => {
    await client.deploy('twice', inline(200));
    const source = { storageSource: await client.upload(inline(200)) };
    const again = await client.api(
      'cloudfunctions',
      'POST',
      `/v2/${client.parent}/functions?functionId=twice`,
      { buildConfig: { runtime: 'nodejs22', source } },
    );
    expect([again.status, again.body.error.status]).toEqual([409, 'ALREADY_EXISTS']);
  });

  test('the generated clients get enums as numbers', async () => {
    const query = '$alt=json%3Benum-encoding%3Dint';
    await client.deploy('enums', inline(200));
    const { body: fn } = await client.api(
      'cloudfunctions',
      'GET',
      `/v2/${client.parent}/functions/enums?${query}`,
    );
    expect([fn.state, fn.environment, fn.serviceConfig.ingressSettings]).toEqual([1, 2, 1]);
    const { body: list } = await client.api('cloudfunctions', 'GET', `/v2/${client.parent}/operations`);
    const { body: operation } = await client.api(
      'cloudfunctions',
      'GET',
      `/v2/${list.operations[0].name}?${query}`,
    );
    expect(operation.metadata.operationType).toBe(1);
    expect(operation.metadata.stages.map((stage: Json) => [stage.name, stage.state]).slice(-2)).toEqual([
      [2, 3],
      [3, 3],
    ]);
    expect(operation.response.state).toBe(1);
  });

  test('delete removes the function, its service and its URLs', async () => {
    await client.deploy('gone', inline(200));
    const { uri } = await client.service('gone');
    const { body } = await client.api('cloudfunctions', 'DELETE', `/v2/${client.parent}/functions/gone`);
    expect((await client.wait('cloudfunctions', body.name)).response).toBeDefined();
    expect((await client.function('gone')).status).toBe(404);
    expect((await client.api('run', 'GET', `/v2/${client.parent}/services/gone`)).status).toBe(404);
    await expect(client.call(uri, undefined)).rejects.toThrow();
  });
});

describe('upload and download', () => {
  test.each([
    [
      'a bearer beside the signature',
      { 'content-type': 'application/zip', authorization: 'Bearer x' },
      '',
      400,
    ],
    ['another content type', { 'content-type': 'text/plain' }, '', 403],
    ['another signature', { 'content-type': 'application/zip' }, '0', 403],
  ])('%s is refused', async (_, headers, suffix, status) => {
    const { body } = await client.api(
      'cloudfunctions',
      'POST',
      `/v2/${client.parent}/functions:generateUploadUrl`,
      { environment: 'GEN_2' },
    );
    const answer = await client.send(
      `${body.uploadUrl}${suffix}`,
      'PUT',
      'zip',
      headers as Record<string, string>,
    );
    expect(answer.status).toBe(status);
    expect(answer.text).toContain('<Error><Code>');
  });

  test('a source that was not uploaded gets 400', async () => {
    const { body } = await client.api(
      'cloudfunctions',
      'POST',
      `/v2/${client.parent}/functions:generateUploadUrl`,
      {},
    );
    const answer = await client.api(
      'cloudfunctions',
      'POST',
      `/v2/${client.parent}/functions?functionId=empty`,
      {
        buildConfig: { runtime: 'nodejs24', source: { storageSource: body.storageSource } },
      },
    );
    expect(answer.status).toBe(400);
  });

  test.each([
    ['not a zip', new TextEncoder().encode('PK is not enough')],
    ['an empty file', new Uint8Array()],
  ])('%s fails the build', async (_, bytes) => {
    const storageSource = await client.upload(bytes);
    const { body } = await client.api(
      'cloudfunctions',
      'POST',
      `/v2/${client.parent}/functions?functionId=bad${bytes.length}`,
      {
        buildConfig: { runtime: 'nodejs24', source: { storageSource } },
      },
    );
    const operation = await client.wait('cloudfunctions', body.name);
    expect(operation.error.message).toContain('not a zip archive');
  });

  test('the source comes back byte for byte', async () => {
    const { zipOf } = await import('./support/zip.ts');
    const zip = zipOf(inline(201));
    const storageSource = await client.upload(zip);
    const { body } = await client.api(
      'cloudfunctions',
      'POST',
      `/v2/${client.parent}/functions?functionId=back`,
      {
        buildConfig: { runtime: 'nodejs24', source: { storageSource } },
      },
    );
    await client.wait('cloudfunctions', body.name);
    const made = await client.api(
      'cloudfunctions',
      'POST',
      `/v2/${client.parent}/functions/back:generateDownloadUrl`,
      {},
    );
    const answer = await fetch(made.body.downloadUrl);
    expect(Buffer.from(await answer.arrayBuffer()).equals(zip)).toBe(true);
  });
});

describe('another project', () => {
  test.each([
    ['cloudfunctions', 'POST', 'functions:generateUploadUrl'],
    ['cloudfunctions', 'POST', 'functions?functionId=x'],
    ['cloudfunctions', 'GET', 'functions'],
    ['cloudfunctions', 'GET', 'functions/x'],
    ['cloudfunctions', 'GET', 'operations'],
    ['run', 'GET', 'services'],
    ['run', 'GET', 'services/x'],
    ['run', 'GET', 'operations'],
  ])('%s %s %s gets 403', async (api, method, path) => {
    const answer = await client.api(
      api,
      method,
      `/v2/projects/someone-elses/locations/us-central1/${path}`,
      method === 'GET' ? undefined : {},
    );
    expect([answer.status, answer.body.error.status]).toEqual([403, 'PERMISSION_DENIED']);
  });

  test('the number names the same project', async () => {
    const { projectNumber } = client.sandbox.world;
    const answer = await client.api(
      'cloudfunctions',
      'GET',
      `/v2/projects/${projectNumber}/locations/us-central1/functions`,
    );
    expect(answer.status).toBe(200);
  });
});

describe('reads', () => {
  test('runtimes carry their stage and dates', async () => {
    const { body } = await client.api('cloudfunctions', 'GET', `/v2/${client.parent}/runtimes`);
    const stage = (name: string) => body.runtimes.find((runtime: Json) => runtime.name === name);
    expect(stage('nodejs20')).toMatchObject({
      stage: 'DECOMMISSIONED',
      decommissionDate: { year: 2026, month: 10, day: 30 },
    });
    expect(stage('python39').stage).toBe('DECOMMISSIONED');
    expect(stage('python310').stage).toBe('DEPRECATED');
    expect(stage('nodejs24')).toMatchObject({ stage: 'GA', environment: 'GEN_2', warnings: [] });
  });

  test('a first generation function is listed by v1 and, by environment, by v2', async () => {
    const { functionState } = await import('../../sandbox/functions/model.ts');
    const name = `${client.parent}/functions/old`;
    functionState(client.sandbox.world).gen1.set(name, {
      name,
      status: 'ACTIVE',
      runtime: 'nodejs22',
      httpsTrigger: { url: 'https://x/old', securityLevel: 'SECURE_OPTIONAL' },
    });
    const filter = (environment: string) =>
      client.api(
        'cloudfunctions',
        'GET',
        `/v2/projects/${client.sandbox.project}/locations/-/functions?filter=environment%3D"${environment}"`,
      );
    const names = async (environment: string) =>
      (await filter(environment)).body.functions.map((fn: Json) => fn.name.split('/').pop());
    expect(await names('GEN_1')).toEqual(['old']);
    expect(await names('GEN_2')).not.toContain('old');
    const v1 = await client.api(
      'cloudfunctions',
      'GET',
      `/v1/projects/${client.sandbox.project}/locations/-/functions`,
    );
    expect(v1.body.functions).toHaveLength(1);
    expect((await client.function('old')).body.environment).toBe('GEN_1');
  });

  test('lists page', async () => {
    const all = (await client.api('cloudfunctions', 'GET', `/v2/${client.parent}/functions`)).body.functions
      .length;
    const seen: string[] = [];
    for (let token = ''; ; ) {
      const { body } = await client.api(
        'cloudfunctions',
        'GET',
        `/v2/${client.parent}/functions?pageSize=2&pageToken=${token}`,
      );
      seen.push(...body.functions.map((fn: Json) => fn.name));
      if (!body.nextPageToken) break;
      token = body.nextPageToken;
    }
    expect(new Set(seen).size).toBe(all);
  });

  test('the reader may read but not write; an anonymous caller may do neither', async () => {
    const account = client.sandbox.env.READER_SERVICE_ACCOUNT;
    const federated = await client.accessToken();
    const made = await client.api(
      'iamcredentials',
      'POST',
      `/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
      { scope: ['https://www.googleapis.com/auth/cloud-platform'] },
      federated,
    );
    const reader = made.body.accessToken as string;
    const path = `/v2/${client.parent}/functions/enums`;
    expect((await client.api('cloudfunctions', 'GET', path, undefined, reader)).status).toBe(200);
    const refused = await client.api('cloudfunctions', 'DELETE', path, undefined, reader);
    expect([refused.status, refused.body.error.status]).toEqual([403, 'PERMISSION_DENIED']);
    expect((await client.api('cloudfunctions', 'GET', path, undefined, 'ya29.nothing')).status).toBe(401);
  });

  test("the function's own policy does not decide who may call it", async () => {
    await client.deploy('policy', inline(200));
    const path = `/v2/${client.parent}/functions/policy`;
    const { body: policy } = await client.api('cloudfunctions', 'GET', `${path}:getIamPolicy`);
    const { world } = client.sandbox;
    world.policies.set(`//cloudfunctions.googleapis.com/${client.parent}/functions/policy`, [
      { role: 'roles/cloudfunctions.invoker', members: ['allUsers'] },
    ]);
    expect(policy.etag).toBe('ACAB');
    const { uri } = await client.service('policy');
    expect((await client.call(uri, undefined)).status).toBe(403);
  });
});
