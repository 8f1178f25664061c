import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { runCli } from '../support/run-cli.ts';

let sandbox: Sandbox;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  sandbox = await startSandbox({ project: 'p-conf', buildMs: 60, logLagMs: 0, trafficSettleMs: 25 });
}, 300_000);
afterEach(() => sandbox.world.faults.clear());
afterAll(async () => {
  await sandbox?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const journal = () => join(folder, 'journal.json');
const run = (argv: string[], options: Parameters<typeof runCli>[1] = {}) =>
  runCli(
    [
      ...['conformance', '--against', sandbox.control, '--project', 'p-conf', '--region', sandbox.region],
      ...['--out', folder, '--journal', journal(), ...argv],
    ],
    { env: sandbox.env, ...options },
  );
const ours = async () => {
  const answer = await fetch(`${sandbox.control}/state`);
  // Operations are a history: they name what is long gone.
  const { operations: _, ...state } = (await answer.json()) as Record<string, unknown>;
  return [...new Set(JSON.stringify(state).match(/bs-conf-\w{6}-\w+/g) ?? [])];
};
/** The next update of a function does not end, so a signal comes in its middle, however late it is sent. */
const hangs = () =>
  void sandbox.world.faults.add({ api: 'cloudfunctions', method: 'PATCH', times: 1, fault: { hang: true } });
const report = () => readFileSync(join(folder, 'backstay-conformance.md'), 'utf8');

describe('the command conformance', () => {
  test('a part of a run: report as Markdown and JSON, exit code 0, nothing left', async () => {
    const { code, out, err } = await run(['--only', 'service', '--json']);
    expect([code, err]).toEqual([0, expect.stringContaining('[2/2] A throw-away Cloud Run service')]);
    const document = JSON.parse(out);
    expect(document).toMatchObject({
      schema: 'backstay/conformance/v1',
      against: 'sandbox',
      left: [],
      removed: 5,
    });
    const found = document.settled.find(({ id }: { id: string }) => id === 'revisionShowsDigest');
    expect(found).toMatchObject({ verdict: 'holds', quirk: true, evidence: expect.any(Array) });
    expect(report()).toContain('**Nothing is contradicted. Beliefs that hold: 10;');
    expect(await ours()).toEqual([]);
    expect(existsSync(journal())).toBe(false);
  });

  test('no name of the project, no address of a person and no token is in the report', async () => {
    const all = report() + readFileSync(join(folder, 'backstay-conformance.json'), 'utf8');
    expect(all).toContain('PROJECT');
    expect(all).not.toMatch(/p-conf\b|owner@example\.com|ya29\.|eyJ|remoteIp/);
    expect(all).not.toContain(sandbox.world.projectNumber);
  });

  test('a cloud that is otherwise: exit code 1, the switch, and what changes for users', async () => {
    sandbox.world.quirks.revisionShowsDigest = false;
    const { code, out } = await run(['--only', 'service']);
    sandbox.world.quirks.revisionShowsDigest = true;
    expect(code).toBe(1);
    expect(out).toContain('1 of our beliefs is contradicted: revisionShowsDigest.');
    expect(report()).toContain('npm run sandbox -- --quirk revisionShowsDigest=false');
    expect(report()).toContain('**What changes for users.** The digest that runs can be read only from v1.');
  });

  test('killed in the middle, the next run removes what is left, and says so', async () => {
    hangs();
    const killed = await run(['--only', 'update'], { signalAt: { text: '[3/3]', signal: 'SIGKILL' } });
    expect(killed.signal).toBe('SIGKILL');
    expect((await ours()).length).toBeGreaterThan(0);
    expect(existsSync(journal())).toBe(true);
    const next = await run(['--only', 'reads']);
    expect([next.code, next.err]).toEqual([
      0,
      expect.stringMatching(/\d resources of an earlier run were removed/),
    ]);
    expect(await ours()).toEqual([]);
    expect(existsSync(journal())).toBe(false);
  });

  test('interrupted, it removes what it has made and ends with 130', async () => {
    hangs();
    const { code } = await run(['--only', 'update'], { signalAt: { text: '[3/3]', signal: 'SIGINT' } });
    expect(code).toBe(130);
    expect(await ours()).toEqual([]);
  });

  test('in a job on GitHub, it exchanges the token of the job with the provider, and spoilt ones', async () => {
    const provider = sandbox.env.WORKLOAD_IDENTITY_PROVIDER as string;
    const { code, out } = await run(['--only', 'login', '--workload-identity-provider', provider, '--json']);
    const settled = JSON.parse(out).settled.filter(({ verdict }: { verdict: string }) => verdict === 'holds');
    expect(settled.map(({ id }: { id: string }) => id)).toEqual([
      'federatedTokenLives300s',
      'stsWordsItsErrors',
      'stsNamesIssuer',
    ]);
    expect(code).toBe(0);
  });

  test('without a terminal it cleans up only with --yes', async () => {
    const refused = await run(['--clean-up']);
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('--yes')]);
    const done = await run(['--clean-up', '--yes']);
    expect([done.code, done.out]).toEqual([0, '0 removed, 0 left.\n']);
  });

  test('it starts the sandbox of the clone, with a switch, and stops it', async () => {
    const { code, out } = await runCli(
      [
        ...['conformance', '--against', 'sandbox', '--quirk', 'serviceTestsAllPermissions=false'],
        ...['--only', 'service', '--out', folder, '--journal', journal()],
      ],
      { cwd: join(import.meta.dirname, '../..') },
    );
    expect([code, out]).toEqual([1, expect.stringContaining('contradicted: serviceTestsAllPermissions.')]);
  });

  test('outside of a clone there is no sandbox to start, and it says so', async () => {
    const { code, err } = await runCli(['conformance', '--against', 'sandbox'], { cwd: folder });
    expect([code, err]).toEqual([2, expect.stringContaining('There is no sandbox here')]);
  });

  test('switches are refused where they would do nothing', async () => {
    const { code, err } = await run(['--quirk', 'functionPatchKeepsPin=false']);
    expect([code, err]).toEqual([2, expect.stringContaining('--quirk is for --against sandbox')]);
  });
});
