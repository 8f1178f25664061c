import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { storageState } from '../../sandbox/storage/state.ts';
import { type Client, openSandbox } from './support/client.ts';

/** Cloud Storage against what its pages say about generations, preconditions, versions, soft delete, retention and holds. */
let client: Client;
let owner: string;
beforeAll(async () => {
  client = await openSandbox();
  await logIn();
});
afterAll(() => client?.sandbox.stop());

const call = (method: string, path: string, body?: unknown) =>
  client.api('storage', method, `/storage/v1/b${path}`, body, owner);
const upload = (bucket: string, name: string, text: string, more = '') =>
  client.send(
    `${client.sandbox.world.urls.get('storage')}/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(name)}${more}`,
    'POST',
    Buffer.from(text),
    { authorization: `Bearer ${owner}`, 'content-type': 'text/plain' },
  );
const make = async (name: string, settings: object = {}) => {
  const made = await call('POST', '?project=sandbox-project', {
    name,
    location: 'europe-west1',
    ...settings,
  });
  expect(made.status).toBe(200);
  return made.body;
};
const reason = (answer: { body: { error?: { errors?: { reason: string }[] } } }) =>
  answer.body.error?.errors?.[0]?.reason;
/** Moves the sandbox's clock. Tokens end on the way. */
const later = async (ms: number) => {
  client.sandbox.world.settings.clockOffsetMs += ms;
  await logIn();
};
const logIn = async () => {
  owner = (await client.control('POST', '/tokens', { member: 'user:owner@example.com' })).body.accessToken;
};

test('the link of the bytes goes to the service for downloads, and gives exactly that generation', async () => {
  await make('linked');
  const upload = (bytes: string) =>
    fetch(
      `${client.sandbox.world.urls.get('storage')}/upload/storage/v1/b/linked/o?uploadType=media&name=a%20b`,
      { method: 'POST', headers: { authorization: `Bearer ${owner}` }, body: bytes },
    ).then((answer) => answer.json() as Promise<{ mediaLink: string; generation: string }>);
  const first = await upload('one');
  expect(new URL(first.mediaLink).pathname).toBe('/download/storage/v1/b/linked/o/a%20b');
  const read = async (link: string) =>
    (await fetch(link, { headers: { authorization: `Bearer ${owner}` } })).text();
  expect(await read(first.mediaLink)).toBe('one');
  const second = await upload('two');
  expect(await read(second.mediaLink)).toBe('two');
  expect(second.mediaLink).toContain(`generation=${second.generation}&alt=media`);
  expect((await fetch(second.mediaLink)).status).toBe(401);
});

describe('buckets', () => {
  test('a new bucket keeps what is deleted for seven days, and is one region', async () => {
    expect(await make('plain')).toMatchObject({
      location: 'EUROPE-WEST1',
      locationType: 'region',
      metageneration: '1',
      softDeletePolicy: { retentionDurationSeconds: '604800' },
    });
    expect((await make('two', { location: 'EUR4' })).rpo).toBe('DEFAULT');
  });

  test('a PATCH moves the metageneration, and a stale one is refused', async () => {
    await make('patched');
    const set = await call('PATCH', '/patched?ifMetagenerationMatch=1', { versioning: { enabled: true } });
    expect(set.body).toMatchObject({ metageneration: '2', versioning: { enabled: true } });
    const stale = await call('PATCH', '/patched?ifMetagenerationMatch=1', { versioning: null });
    expect([stale.status, reason(stale)]).toEqual([412, 'conditionNotMet']);
  });

  test.each([
    [{ softDeletePolicy: { retentionDurationSeconds: '60' } }, 400],
    [{ rpo: 'ASYNC_TURBO' }, 400],
    [{ nonsense: true }, 400],
    [{ softDeletePolicy: { retentionDurationSeconds: '0' } }, 200],
    [{ softDeletePolicy: { retentionDurationSeconds: '2592000' } }, 200],
  ])('%j: %i', async (body, status) => {
    if (!storageState(client.sandbox.world).buckets.has('rules')) await make('rules');
    expect((await call('PATCH', '/rules', body)).status).toBe(status);
  });

  test('turbo replication needs two regions', async () => {
    await make('turbo', { location: 'NAM4' });
    expect((await call('PATCH', '/turbo', { rpo: 'ASYNC_TURBO' })).body).toMatchObject({
      rpo: 'ASYNC_TURBO',
      locationType: 'dual-region',
    });
  });

  test('a locked retention policy cannot be shortened or taken away, only lengthened', async () => {
    await make('locked', { retentionPolicy: { retentionPeriod: '3600' } });
    expect((await call('POST', '/locked/lockRetentionPolicy')).status).toBe(400);
    expect((await call('POST', '/locked/lockRetentionPolicy?ifMetagenerationMatch=1')).status).toBe(200);
    expect((await call('PATCH', '/locked', { retentionPolicy: null })).status).toBe(403);
    expect((await call('PATCH', '/locked', { retentionPolicy: { retentionPeriod: '60' } })).status).toBe(403);
    expect((await call('PATCH', '/locked', { retentionPolicy: { retentionPeriod: '7200' } })).status).toBe(
      200,
    );
  });
});

describe('objects', () => {
  test('a precondition on the generation decides about writes and deletes', async () => {
    await make('conditions');
    const first = await upload('conditions', 'a', 'one', '&ifGenerationMatch=0');
    expect(first.body).toMatchObject({ size: '3', metageneration: '1' });
    expect((await upload('conditions', 'a', 'two', '&ifGenerationMatch=0')).status).toBe(412);
    expect((await call('DELETE', '/conditions/o/a?ifGenerationMatch=7')).status).toBe(412);
    const { generation } = first.body;
    expect((await call('DELETE', `/conditions/o/a?ifGenerationMatch=${generation}`)).status).toBe(204);
    expect((await call('GET', '/conditions/o/a')).status).toBe(404);
  });

  test('the digest is CRC-32C, by the check value of its definition', async () => {
    await make('digest');
    expect((await upload('digest', 'check', '123456789')).body.crc32c).toBe('4waSgw==');
  });

  test('what was deleted is listed and restored as a new generation, and not twice over a live one', async () => {
    await make('soft');
    const { generation } = (await upload('soft', 'a', 'bytes')).body;
    await call('DELETE', '/soft/o/a');
    const [buried] = (await call('GET', '/soft/o?softDeleted=true')).body.items;
    expect(buried).toMatchObject({ name: 'a', generation, hardDeleteTime: expect.any(String) });
    const back = await call('POST', `/soft/o/a/restore?generation=${generation}&ifGenerationMatch=0`);
    expect(back.body).toMatchObject({ name: 'a', size: '5', metageneration: '1' });
    expect(back.body.generation).not.toBe(generation);
    expect((await call('GET', '/soft/o/a?alt=media')).text).toBe('bytes');
    const twice = await call('POST', `/soft/o/a/restore?generation=${generation}&ifGenerationMatch=0`);
    expect([twice.status, reason(twice)]).toEqual([412, 'conditionNotMet']);
  });

  test('after its time, or without soft delete, nothing is left to restore', async () => {
    await make('gone', { softDeletePolicy: { retentionDurationSeconds: '0' } });
    const { generation } = (await upload('gone', 'a', 'x')).body;
    await call('DELETE', '/gone/o/a');
    expect((await call('POST', `/gone/o/a/restore?generation=${generation}`)).status).toBe(404);
    await make('late');
    const late = (await upload('late', 'a', 'x')).body.generation;
    await call('DELETE', '/late/o/a');
    await later(8 * 86_400_000);
    expect((await call('POST', `/late/o/a/restore?generation=${late}`)).status).toBe(404);
  });

  test('with versioning, a delete makes a noncurrent version, and one by its generation deletes for good', async () => {
    await make('versions', { versioning: { enabled: true } });
    const first = (await upload('versions', 'a', 'one')).body.generation;
    const second = (await upload('versions', 'a', 'two')).body.generation;
    await call('DELETE', '/versions/o/a');
    const { items } = (await call('GET', '/versions/o?versions=true')).body;
    expect(items.map((one: { generation: string }) => one.generation)).toEqual([first, second]);
    expect((await call('GET', '/versions/o/a')).status).toBe(404);
    const copy = await call(
      'POST',
      `/versions/o/a/rewriteTo/b/versions/o/a?sourceGeneration=${second}&ifGenerationMatch=0`,
    );
    expect(copy.body).toMatchObject({ done: true, resource: { name: 'a' } });
    expect((await call('GET', '/versions/o/a?alt=media')).text).toBe('two');
    expect((await call('DELETE', `/versions/o/a?generation=${first}`)).status).toBe(204);
    expect((await call('GET', '/versions/o?softDeleted=true')).body.items).toHaveLength(1);
  });

  test('retention and holds keep an object from being deleted and replaced', async () => {
    await make('kept', { retentionPolicy: { retentionPeriod: '60' } });
    await upload('kept', 'a', 'one');
    const refused = await call('DELETE', '/kept/o/a');
    expect([refused.status, reason(refused)]).toEqual([403, 'retentionPolicyNotMet']);
    expect(reason(await upload('kept', 'a', 'two'))).toBe('retentionPolicyNotMet');
    await later(61_000);
    expect((await call('PATCH', '/kept/o/a', { temporaryHold: true })).body.metageneration).toBe('2');
    expect(reason(await call('DELETE', '/kept/o/a'))).toBe('objectUnderActiveHold');
    await call('PATCH', '/kept/o/a', { temporaryHold: false });
    expect((await call('DELETE', '/kept/o/a')).status).toBe(204);
  });

  test('a copy into another place takes several calls', async () => {
    await make('near');
    await make('far', { location: 'asia-northeast3' });
    await upload('near', 'big', 'x'.repeat(2 * 1024 * 1024));
    const path = '/near/o/big/rewriteTo/b/far/o/big?ifGenerationMatch=0';
    const first = await call('POST', path);
    expect(first.body).toMatchObject({ done: false, rewriteToken: expect.any(String) });
    expect((await call('POST', `${path}&rewriteToken=${first.body.rewriteToken}`)).body.done).toBe(true);
  });

  test('a replication brings new objects after its delay, and none that were there before', async () => {
    await make('source');
    await make('copy', { location: 'asia-northeast3' });
    await upload('source', 'old', 'x');
    storageState(client.sandbox.world).replications.push({ from: 'source', to: 'copy', delayMs: 60_000 });
    await upload('source', 'new', 'x');
    expect((await call('GET', '/copy/o')).body.items).toEqual([]);
    await later(61_000);
    expect((await call('GET', '/copy/o')).body.items.map(({ name }: { name: string }) => name)).toEqual([
      'new',
    ]);
  });

  test('a list has folders, pages and a start', async () => {
    await make('listed');
    for (const name of ['a/1', 'a/2', 'b', 'c']) await upload('listed', name, name);
    expect((await call('GET', '/listed/o?delimiter=/')).body).toMatchObject({ prefixes: ['a/'] });
    const first = (await call('GET', '/listed/o?maxResults=3')).body;
    expect(first.items).toHaveLength(3);
    const rest = (await call('GET', `/listed/o?maxResults=3&pageToken=${first.nextPageToken}`)).body;
    expect(rest.items.map(({ name }: { name: string }) => name)).toEqual(['c']);
    expect((await call('GET', '/listed/o?startOffset=b')).body.items).toHaveLength(2);
  });
});

test('each permission is asked for, on the bucket', async () => {
  await make('guarded');
  const member = 'serviceAccount:nobody@sandbox-project.iam.gserviceaccount.com';
  const token = (await client.control('POST', '/tokens', { member })).body.accessToken;
  const asked = (method: string, path: string) =>
    client.api('storage', method, `/storage/v1/b/guarded${path}`, undefined, token);
  for (const [method, path, permission] of [
    ['GET', '', 'storage.buckets.get'],
    ['GET', '/o', 'storage.objects.list'],
    ['GET', '/o/a', 'storage.objects.get'],
    ['DELETE', '/o/a', 'storage.objects.delete'],
    ['POST', '/o/a/restore?generation=1', 'storage.objects.restore'],
  ] as const) {
    const answer = await asked(method, path);
    expect([answer.status, answer.body.error.message]).toEqual([
      403,
      expect.stringContaining(`'${permission}' denied`),
    ]);
  }
  const tested = await asked('GET', '/iam/testPermissions?permissions=storage.objects.get');
  expect(tested.body).toEqual({ kind: 'storage#testIamPermissionsResponse' });
});
