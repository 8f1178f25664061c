import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { Client } from '../../sandbox/support/client.ts';
import { findGcloud, runGcloud } from '../../support/gcloud.ts';

/** A real `gcloud storage` works with the sandbox's buckets as an operator would: it protects, deletes and restores. */
const gcloud = findGcloud();
if (!gcloud) console.log('Skipped: gcloud storage, which is not installed here.');
const run = gcloud ? test : test.skip;

let sandbox: Sandbox;
let folder: string;
let token: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  folder = mkdtempSync(join(tmpdir(), 'bs-storage-'));
  const client = new Client(sandbox);
  const made = await client.control('POST', '/tokens', { member: 'user:owner@example.com' });
  token = join(folder, 'token');
  writeFileSync(token, made.body.accessToken);
});
afterAll(async () => {
  await sandbox?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

async function storage(...args: string[]): Promise<string> {
  const env = { ...sandbox.env, CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: token };
  const { code, output } = await runGcloud(gcloud ?? '', ['storage', ...args], env);
  if (code !== 0) throw new Error(`gcloud storage ${args.join(' ')}: ${output}`);
  return output;
}

run(
  'a bucket is made, protected and described',
  async () => {
    await storage('buckets', 'create', 'gs://peer-model', '--location=europe-west1');
    await storage('buckets', 'update', 'gs://peer-model', '--versioning', '--soft-delete-duration=30d');
    const described = await storage('buckets', 'describe', 'gs://peer-model', '--format=json');
    expect(JSON.parse(described)).toMatchObject({
      location: 'EUROPE-WEST1',
      versioning_enabled: true,
      soft_delete_policy: { retentionDurationSeconds: '2592000' },
    });
  },
  300_000,
);

run(
  'an object is written, deleted, listed as soft-deleted and restored with the same bytes',
  async () => {
    await storage('buckets', 'create', 'gs://peer-input', '--location=europe-west1');
    const file = join(folder, 'page.txt');
    writeFileSync(file, 'the page');
    await storage('cp', file, 'gs://peer-input/page.txt');
    await storage('rm', 'gs://peer-input/page.txt');
    const listed = await storage('ls', '--soft-deleted', 'gs://peer-input/**');
    const url = /gs:\/\/peer-input\/page\.txt#\d+/.exec(listed)?.[0] ?? listed;
    await storage('restore', url);
    const back = join(folder, 'back.txt');
    await storage('cp', 'gs://peer-input/page.txt', back);
    expect(readFileSync(back, 'utf8')).toBe('the page');
  },
  300_000,
);
