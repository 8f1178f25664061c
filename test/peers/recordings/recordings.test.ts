import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import type { Line } from './recorder.ts';
import { Replay } from './replay.ts';
import { calls, world } from './sessions.ts';

/** What gcloud 528 and deploy-cloudrun v3.0.1 sent, request by request (clients.jsonl). It needs neither of them. */

jest.setTimeout(300_000);

const lines = readFileSync(join(import.meta.dirname, 'clients.jsonl'), 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line) as Line);

test('every call is recorded, and no token is', () => {
  expect([...new Set(lines.map(({ client }) => client))]).toEqual(calls.map(({ client }) => client));
  expect(lines.length).toBeGreaterThan(60);
  for (const { headers } of lines) expect([undefined, 'Bearer <token>']).toContain(headers.authorization);
  expect(JSON.stringify(lines)).not.toMatch(/ya29\.|eyJ/);
});

describe('the sandbox answers each request as it did when the client was there', () => {
  let sandbox: Sandbox;
  let replay: Replay;
  beforeAll(async () => {
    sandbox = await startSandbox(world);
    replay = await Replay.start(sandbox);
  });
  afterAll(() => sandbox.stop());

  test.each(calls.map(({ client }) => client))('%s', async (client) => {
    for (const line of lines.filter((one) => one.client === client))
      expect([`${line.method} ${line.api} ${line.path}`, ...(await replay.send(line))]).toEqual([
        `${line.method} ${line.api} ${line.path}`,
      ]);
  });

  test('an answer of another form or another value is seen', async () => {
    const line = lines.find(({ path }) => path.includes('testIamPermissions')) as Line;
    expect(await replay.send({ ...line, reply: { permissions: ['run.services.get'] } })).toEqual([
      '.permissions[0]: run.services.get -> run.services.setIamPolicy',
    ]);
    expect(await replay.send({ ...line, reply: {} })).toEqual(['.permissions is new']);
    expect(await replay.send({ ...line, status: 403 })).toEqual([expect.stringContaining('403 -> 200')]);
  });

  test('the traffic and the settings are at the end what the clients asked for', async () => {
    const read = async (name: string) => {
      const url = `${sandbox.world.urls.get('run')}/v2/projects/p1/locations/us-central1/services/${name}`;
      const token = readFileSync(sandbox.env.CLOUDSDK_AUTH_ACCESS_TOKEN_FILE as string, 'utf8').trim();
      return (await (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).json()) as {
        labels: object;
        traffic: object[];
        template: { timeout: string; containers: { env: object[] }[] };
      };
    };
    const web = await read('web');
    expect(web.template.containers[0]?.env).toEqual([
      { name: 'A', value: 'b' },
      { name: 'C', value: 'd' },
    ]);
    const site = await read('site');
    expect(site.labels).toMatchObject({ team: 'vision', 'managed-by': 'github-actions' });
    expect(site.template.timeout).toBe('120s');
    expect(site.traffic).toContainEqual({ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100 });
    expect((await read('ocr')).traffic).not.toEqual([]);
  });
});
