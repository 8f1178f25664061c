import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { grant } from '../../sandbox/core/policies.ts';
import { blocks } from '../docs/pages.ts';
import { type FastTime, installFastTime } from '../support/fast-time.ts';
import { ReleaseWorld } from '../support/release-world.ts';
import { cliArgv, runCli } from '../support/run-cli.ts';

/** Every block for a shell on the page when-it-burns, pasted, against a service that was released twice. */
jest.setTimeout(300_000);
const quick = { step_duration: '1s', duration: '1s', slo: 'none', smoke_suite: 'none', canary: 'none' };
const texts = blocks('docs/troubleshoot/when-it-burns.md')
  .filter(({ language }) => language === 'sh')
  .map(({ text }) => text);
const lines = texts.flatMap((text) => text.trim().split('\n'));
const found = (words: string): string => {
  const line = lines.find((one) => one.includes(words));
  if (line === undefined) throw new Error(`the page has no command with ${words}`);
  return line;
};

let time: FastTime;
let world: ReleaseWorld;
beforeAll(async () => {
  time = installFastTime(1);
  world = await ReleaseWorld.open({}, time.clock, 'run-image');
  for (const source of [world.good(), world.good()]) {
    const { report } = await world.release('ocr-api', source, { inputs: quick });
    if (report.outcome !== 'promoted') throw new Error(report.reason);
  }
  mkdirSync(join(world.folder, 'bin'), { recursive: true });
  writeFileSync(join(world.folder, 'backstay.smoke.yaml'), suite());
});
afterAll(async () => {
  await world.close();
  time.restore();
});

function suite(): string {
  world.suite();
  return 'version: 1\ncases:\n  - name: says ok\n    image: ok.png\n    expect: { contains: ok }\n';
}

/** Runs one line of the page with the names of this sandbox. */
async function paste(line: string, more: string[] = []) {
  const {
    ACTIONS_ID_TOKEN_REQUEST_URL: _url,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: _token,
    ...env
  } = world.sandbox.env;
  const argv = line
    .replace(/^backstay /, '')
    .replaceAll('my-project', world.sandbox.project)
    .replaceAll('europe-west1', world.sandbox.region)
    .split(' ');
  return runCli([...argv, ...more], { env: { ...env, CI: 'true' }, cwd: world.folder, timeoutMs: 120_000 });
}

test('every line of every block is one of the commands below', () => {
  const known = ['status', 'logs', '--dry-run', '--to before', '--to settle', 'smoke', 'posture'];
  expect(lines.filter((line) => !known.some((words) => line.includes(words)))).toEqual([]);
  expect(known.filter((words) => !lines.some((line) => line.includes(words)))).toEqual([]);
  // The command line can be started at all.
  expect(spawnSync(process.execPath, [...cliArgv(), 'version']).status).toBe(0);
});

describe('the first look', () => {
  test('status says what serves', async () => {
    const ran = await paste(found('status'));
    const [serving] = await world.serving('ocr-api');
    expect([ran.code, ran.out, ran.err]).toEqual([
      0,
      expect.stringContaining(serving?.revision ?? '?'),
      expect.anything(),
    ]);
  });

  test('logs says why it fails', async () => {
    const ran = await paste(found('logs'));
    expect([ran.code, ran.err]).toEqual([0, expect.any(String)]);
    expect(ran.out).toMatch(/\S/);
  });
});

test('going back moves the traffic, after a look that moves nothing', async () => {
  const before = await world.serving('ocr-api');
  const dry = await paste(found('--dry-run'));
  expect([dry.code, dry.code ? dry.err : '']).toEqual([0, '']);
  expect(await world.serving('ocr-api')).toEqual(before);
  const ran = await paste(found('--to before'));
  expect([ran.code, ran.code ? ran.err + ran.out : '']).toEqual([0, '']);
  const after = await world.serving('ocr-api');
  expect(after).not.toEqual(before);
  expect(after.map(({ percent }) => percent)).toEqual([100]);
});

test('settling finds nothing to settle here', async () => {
  const serving = await world.serving('ocr-api');
  const ran = await paste(found('--to settle'));
  expect([ran.code, ran.code ? ran.err + ran.out : '']).toEqual([0, '']);
  expect(await world.serving('ocr-api')).toEqual(serving);
});

test('the smoke test sends the images whose text is known', async () => {
  // The person who is paged may make ID tokens for this account. Otherwise the command prints the grant.
  const { world: state, project, env } = world.sandbox;
  const account = `//iam.googleapis.com/projects/${project}/serviceAccounts/${env.INVOKER_SERVICE_ACCOUNT}`;
  const person = `serviceAccount:${env.SERVICE_ACCOUNT}`;
  grant(state.policies, account, 'roles/iam.serviceAccountOpenIdTokenCreator', person);
  const ran = await paste(found('smoke'));
  expect([ran.code, ran.code ? ran.err + ran.out : '']).toEqual([0, '']);
});

test.each(lines.filter((line) => line.includes('posture')))('%s shows every protection', async (line) => {
  const ran = await paste(line);
  expect([ran.code, ran.code ? ran.err : '']).toEqual([0, '']);
  expect(ran.out).toMatch(/\S/);
});
