import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { describeWith } from '../../support/foreign-tool.ts';
import { install } from './act.ts';
import { leaks, stepOf } from './judge.ts';
import { cannedFunction, cannedSuite, change, commit } from './repository.ts';
import { ActWorld } from './world.ts';

/** How a job ends under act: what it says, what a later job reads, and where the traffic is. */

jest.setTimeout(300_000);

/** A workflow that releases a function, and a later job that reads every output of the release. */
const workflow = (
  more: string[] = [],
  { oidc = true, step = '', suite = 'tests/backstay.smoke.yaml' } = {},
) => `name: Release
on: { push: { branches: [main] } }
permissions: ${oidc ? '{ contents: read, id-token: write, actions: read }' : '{ contents: read }'}
jobs:
  release:
    runs-on: ubuntu-latest
    outputs:
      verdict: \${{ steps.release.outputs.verdict }}
      outcome: \${{ steps.release.outputs.outcome }}
      reason: \${{ steps.release.outputs.reason }}
      traffic: \${{ steps.release.outputs.traffic }}
      report: \${{ steps.release.outputs.report }}
    steps:
      - uses: actions/checkout@v5
      - id: release
        uses: backstay-release/backstay@v1
        ${step}
        with:
          name: ocr
          region: us-central1
          source_dir: functions/ocr
          runtime: nodejs24
          smoke_suite: ${suite}
          canary: 50%
          workload_identity_provider: \${{ vars.WORKLOAD_IDENTITY_PROVIDER }}
          service_account: \${{ vars.SERVICE_ACCOUNT }}
          invoker_service_account: \${{ vars.INVOKER_SERVICE_ACCOUNT }}
${more.map((line) => `          ${line}`).join('\n')}
      - id: after
        if: always()
        env: { CONCLUSION: '\${{ steps.release.conclusion }}', OUTCOME: '\${{ steps.release.outcome }}' }
        run: echo "outcome=$OUTCOME" >>"$GITHUB_OUTPUT"; echo "conclusion=$CONCLUSION" >>"$GITHUB_OUTPUT"
  later:
    needs: release
    if: always()
    runs-on: ubuntu-latest
    steps:
      - id: read
        env: { NEEDS: '\${{ toJSON(needs.release) }}' }
        run: node -e 'require("fs").appendFileSync(process.env.GITHUB_OUTPUT, "needs=" + JSON.stringify(JSON.parse(process.env.NEEDS)) + "\\n")'
`;

/** Folder of a Node below 24, if this machine has one. */
function oldNode(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((path) => existsSync(join(path, 'node')));
  return folders.find((folder) => {
    const { stdout } = spawnSync(join(folder, 'node'), ['--version'], { encoding: 'utf8' });
    return Number.parseInt(stdout.slice(1), 10) < 24;
  });
}

interface Needs {
  result: string;
  outputs: Record<string, string>;
}

describeWith('act', install, 'the end of a release under act', (act) => {
  let world: ActWorld;
  let folder = '';
  const needs = (ran: Parameters<typeof stepOf>[0]) =>
    JSON.parse(stepOf(ran, 'read').outputs.needs ?? '') as Needs;

  beforeAll(async () => {
    world = await ActWorld.start(act);
    folder = world.repository('acme');
    cannedFunction(`${folder}/functions/ocr`, 'hello');
    cannedSuite(`${folder}/tests`, 'hello');
    commit(folder);
    const first = await world.run(workflow(), folder, 'push');
    expect([first.code, stepOf(first, 'release').outputs.outcome]).toEqual([0, 'promoted']);
  });
  afterAll(async () => {
    const seen = await world.control('GET', '/reachability');
    await world.stop();
    expect(seen).toMatchObject({ everReachable: false });
  });

  test('a smoke test that fails: the job fails, and a later job does not read "pass"', async () => {
    const before = world.traffic('ocr');
    cannedFunction(`${folder}/functions/ocr`, 'something else');
    change(folder, 'functions/ocr/note.txt', 'reads nothing');
    const ran = await world.run(workflow(), folder, 'push');
    expect(ran.code).toBe(1);
    expect(ran.jobs.find(({ id }) => id === 'release')?.result).toBe('failure');
    const main = stepOf(ran, 'release');
    expect(main.result).toBe('failure');
    expect(stepOf(ran, 'after').outputs).toEqual({ outcome: 'failure', conclusion: 'failure' });
    const { result, outputs } = needs(ran);
    expect([result, outputs.verdict, outputs.outcome]).toEqual(['failure', 'fail', 'smoke_failed']);
    expect(outputs).toMatchObject({ reason: main.outputs.reason, report: main.outputs.report });
    expect(JSON.parse(outputs.traffic ?? '')).toEqual(before);
    expect(world.traffic('ocr')).toEqual(before);
    // The post step says whose result it repeats, and adds no output.
    const post = stepOf(ran, 'release', 'Post');
    expect([post.result, post.outputs]).toEqual(['success', {}]);
    expect(post.log).toMatch(/^Post step of the release: /m);
    expect(main.annotations.some(({ level }) => level === 'error')).toBe(true);
    expect(main.summary).toMatch(/^## /);
    expect(leaks(ran)).toEqual([]);
  });

  test('continue-on-error: the step succeeds for the job, and its outputs still say that it failed', async () => {
    cannedFunction(`${folder}/functions/ocr`, 'nothing');
    change(folder, 'functions/ocr/note.txt', 'reads nothing, again');
    const ran = await world.run(workflow([], { step: 'continue-on-error: true' }), folder, 'push');
    expect(ran.code).toBe(0);
    expect(stepOf(ran, 'after').outputs).toEqual({ outcome: 'failure', conclusion: 'success' });
    const { result, outputs } = needs(ran);
    expect([result, outputs.verdict, outputs.outcome]).toEqual(['success', 'fail', 'smoke_failed']);
  });

  test('a regression under load: the release is taken back', async () => {
    const before = world.traffic('ocr');
    cannedFunction(`${folder}/functions/ocr`, 'hello', 0.5);
    change(folder, 'functions/ocr/note.txt', 'fails half of its requests');
    await world.control('POST', '/load', { function: 'ocr', rps: 40, seconds: 600 });
    const slow = ['step_duration: 90s'];
    const ran = await world.run(workflow(slow, { suite: 'none' }), folder, 'push', { keepWaits: true });
    await world.control('DELETE', '/load');
    expect(ran.code).toBe(1);
    const { result, outputs } = needs(ran);
    expect([result, outputs.verdict, outputs.outcome]).toEqual(['failure', 'fail', 'rolled_back']);
    expect(JSON.parse(outputs.traffic ?? '')).toEqual(before);
    expect(world.traffic('ocr')).toEqual(before);
    expect(leaks(ran)).toEqual([]);
  });

  test('a cancelled job: act kills the step, and its post step puts the traffic back', async () => {
    const before = world.traffic('ocr');
    cannedFunction(`${folder}/functions/ocr`, 'hello');
    change(folder, 'functions/ocr/note.txt', 'good, and cancelled');
    const slow = ['step_duration: 10m', 'slo: none'];
    const ran = await world.run(workflow(slow), folder, 'push', {
      keepWaits: true,
      interruptWhen: () => world.traffic('ocr').length === 2,
    });
    expect(ran.code).not.toBe(0);
    expect(world.traffic('ocr')).toEqual(before);
    const post = stepOf(ran, 'release', 'Post');
    expect([post.result, post.outputs]).toEqual(['success', {}]);
    // A killed step wrote no verdict, so nothing says "pass".
    expect(stepOf(ran, 'release').outputs).not.toHaveProperty('verdict');
  });

  test('after the cancel, the next release of the same commit goes through', async () => {
    const ran = await world.run(workflow(), folder, 'push');
    expect([ran.code, needs(ran).outputs.outcome]).toEqual([0, 'promoted']);
  });

  test('no identity token: the message says what is missing, and that some runners have none', async () => {
    const ran = await world.run(workflow([], { oidc: false }), folder, 'push');
    expect(ran.code).toBe(1);
    expect(needs(ran).outputs).toMatchObject({ verdict: 'inconclusive' });
    const [error] = stepOf(ran, 'release').annotations.filter(({ level }) => level === 'error');
    expect(error?.text).toContain('act gave this job no identity token');
    expect(error?.text).toContain('Run this job on GitHub.');
    expect(error?.text).toContain('docs/reference/runners.md');
  });

  test('wrong inputs: every one is named, and nothing was asked of Google', async () => {
    const asked = world.sandbox.world.requests.length;
    const ran = await world.run(workflow(['slo: 120%', 'entrypoint: ocr']), folder, 'push');
    expect([ran.code, stepOf(ran, 'release').result]).toEqual([1, 'failure']);
    for (const name of ['slo', 'entrypoint']) expect(stepOf(ran, 'release').log).toContain(name);
    expect(world.sandbox.world.requests.length).toBe(asked);
    expect(needs(ran).outputs).toMatchObject({ verdict: 'inconclusive' });
  });

  const old = oldNode();
  if (!old) console.warn('Skipped: a runner with an old Node. This machine has no Node below 24.');
  (old ? test : test.skip)('a runner with an old Node: one sentence, and nothing is changed', async () => {
    const before = world.traffic('ocr');
    const ran = await world.run(workflow(), folder, 'push', { nodeFolder: old as string });
    expect(ran.code).toBe(1);
    const [error] = stepOf(ran, 'release').annotations.filter(({ level }) => level === 'error');
    expect(error?.text).toMatch(
      /^This runner started the action with Node \d+\.[\d.]+, but its action\.yml asks for Node 24\./,
    );
    expect(world.traffic('ocr')).toEqual(before);
  });
});
