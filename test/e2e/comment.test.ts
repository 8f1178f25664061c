import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { commentsOf } from '../../sandbox/github/comments.ts';
import { parseComment } from '../../src/domain/comment/parse.ts';
import { answers, DeployWorld } from '../support/deploy-world.ts';
import { type ActionRun, type RunOptions, runAction } from '../support/run-action.ts';

/** The comment on a pull request, by the actions as processes, at the sandbox's GitHub. */

jest.setTimeout(300_000);

let world: DeployWorld;
let repository: string;
beforeAll(async () => {
  world = await DeployWorld.start();
  repository = world.source({
    '.github/workflows/ci.yml': workflow('echo hello'),
    'index.js': 'exports.ocr = (req, res) => res.json({ text: "hello" });',
    'package.json': '{"name": "ocr"}',
    'sandbox.json': answers('hello'),
  });
});
afterAll(() => world.stop());
beforeEach(() => {
  commentsOf(world.sandbox.world).comments.length = 0;
});

const workflow = (run: string) =>
  `on: pull_request\npermissions: {contents: read}\njobs:\n  test:\n    runs-on: ubuntu-latest\n    timeout-minutes: 5\n    steps:\n      - run: ${run}\n`;
const isPublic = workflow('gcloud functions deploy ocr --allow-unauthenticated');
const change = (text: string) => writeFileSync(join(repository, '.github/workflows/ci.yml'), text);

interface Of {
  run?: number;
  commit?: string;
  job?: string;
  /** `owner/name` of the repository that the change comes from. */
  from?: string;
  token?: string;
}

/** The variables of a run for pull request 1. */
function pullRequest({
  run = 1001,
  commit = 'a'.repeat(40),
  job = 'files',
  from = 'acme/ocr',
}: Of): Record<string, string> {
  const folder = world.source({
    'event.json': JSON.stringify({
      pull_request: { number: 1, head: { sha: commit, repo: { full_name: from } } },
    }),
  });
  return {
    ...(world.sandbox.env as Record<string, string>),
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_EVENT_PATH: join(folder, 'event.json'),
    GITHUB_RUN_ID: String(run),
    GITHUB_JOB: job,
    GITHUB_ACTION: '__backstay',
    GITHUB_WORKFLOW_REF: 'acme/ocr/.github/workflows/ci.yml@refs/pull/1/merge',
  };
}

const run = (
  action: string,
  of: Of,
  inputs: Record<string, string>,
  more: RunOptions = {},
): Promise<ActionRun> =>
  runAction(action, {
    ...more,
    inputs: { comment: 'true', github_token: of.token ?? 'token-of-the-job', ...inputs },
    env: { ...pullRequest(of), GITHUB_WORKSPACE: repository, ...more.env },
    cwd: repository,
  });
const check = (of: Of = {}, inputs: Record<string, string> = {}) =>
  run('check', of, { fail_on: 'any', ...inputs });

const own = () =>
  commentsOf(world.sandbox.world).comments.filter(({ author }) => author === 'github-actions[bot]');
const sections = () =>
  parseComment(own()[0]?.body ?? '')
    .sections.map(({ title, state }) => `${state} ${title}`)
    .sort();
const record = (ran: ActionRun) => ran.report?.comment as Record<string, unknown>;

test('the first run makes the comment, the second brings it up to date, and nothing left is all clear', async () => {
  change(isPublic);
  const first = await check();
  expect([first.code, own().length]).toEqual([1, 1]);
  const [made] = own();
  expect(made?.body).toContain('### ❌ Backstay: 1 of 1 needs a look');
  expect(made?.body).toContain('--allow-unauthenticated');
  expect(first.summary).toContain(
    `Also in [the comment on the pull request](https://github.com/acme/ocr/pull/1#issuecomment-${made?.id})`,
  );
  expect(record(first)).toMatchObject({ state: 'written' });

  change(workflow('echo hello'));
  const second = await check({ run: 1002, commit: 'b'.repeat(40) });
  expect([second.code, own().map(({ id }) => id)]).toEqual([0, [made?.id]]);
  expect(own()[0]?.body).toContain('### ✅ Backstay: all clear');
  expect(own()[0]?.body).not.toContain('--allow-unauthenticated');
});

test('jobs that end at the same time share one comment', async () => {
  change(workflow('echo hello'));
  const jobs = await Promise.all(
    ['one', 'two', 'three'].map((job) => check({ job }, { comment_section: `Files of ${job}` })),
  );
  expect(jobs.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(own()).toHaveLength(1);
  expect(sections()).toEqual(['pass Files of one', 'pass Files of three', 'pass Files of two']);
});

describe('what a comment cannot be written with', () => {
  test('the token of a fork: one line says so, without a warning, and the check counts as before', async () => {
    commentsOf(world.sandbox.world).tokens.set('token-of-a-fork', {
      login: 'github-actions[bot]',
      pull_requests: 'read',
    });
    const ran = await check({ from: 'mallory/ocr', token: 'token-of-a-fork' });
    expect([ran.code, own().length]).toEqual([0, 0]);
    expect(ran.summary).toContain(
      'No comment was written on the pull request: the pull request comes from a fork, and the token of its runs can only read.',
    );
    expect(ran.log).toContain('comes from a fork');
    expect(ran.log).not.toContain('::warning');
  });

  test('a token without the permission: the permission is named, as a warning', async () => {
    commentsOf(world.sandbox.world).tokens.set('token-that-reads', {
      login: 'github-actions[bot]',
      pull_requests: 'read',
    });
    const ran = await check({ token: 'token-that-reads' });
    expect([ran.code, own().length]).toEqual([0, 0]);
    expect(ran.log).toMatch(/::warning.*pull-requests: write/);
    expect(ran.summary).toContain('`pull-requests: write`');
  });

  test('a run without a pull request says so in the log alone', async () => {
    const ran = await runAction('check', {
      inputs: { comment: 'true', github_token: 'token-of-the-job' },
      env: { ...(world.sandbox.env as Record<string, string>), GITHUB_WORKSPACE: repository },
      cwd: repository,
    });
    expect([ran.code, own().length]).toEqual([0, 0]);
    expect(ran.log).toContain('this run belongs to no pull request');
  });

  test('without comment: true GitHub is not asked', async () => {
    const before = world.sandbox.world.requests.length;
    const ran = await check({}, { comment: 'false' });
    expect([ran.code, world.sandbox.world.requests.length]).toEqual([0, before]);
  });
});

test('a comment of somebody else with our mark is left alone', async () => {
  change(workflow('echo hello'));
  await check();
  const state = commentsOf(world.sandbox.world);
  const [real] = own();
  const copied = { ...real, id: 1, author: 'mallory' } as (typeof state.comments)[number];
  state.comments.splice(0, state.comments.length, { ...copied });
  await check({ run: 1002 });
  expect(state.comments.find(({ author }) => author === 'mallory')).toEqual(copied);
  expect(own()).toHaveLength(1);
});

test('a file name tells nobody and opens nothing', async () => {
  const folder = join(repository, 'a<img src=x> @octocat');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, '@octocat #1 `x`.sh'), 'x');
  change(workflow(`'bash "a<img src=x> @octocat/@octocat #1 \`x\`.sh"'`));
  writeFileSync(join(folder, '@octocat #1 `x`.sh'), 'gcloud functions deploy ocr --allow-unauthenticated\n');
  await check();
  const outside = (own()[0]?.body ?? '')
    .split('\n')
    .filter((line) => !line.startsWith('<!--'))
    .join('\n')
    .replace(/^(`{3,}).*?^\1/gms, '')
    .replace(/(`+)[^`].*?\1/g, '');
  expect(outside).not.toMatch(/(^|\W)(@|&#64;)octocat|<img|#1/);
});

test('a failed step says its error in its section', async () => {
  const ran = await check({}, { base: '--upload-pack=x' });
  expect(ran.code).toBe(1);
  expect(sections()).toEqual(['fail Files']);
});

/** A function that reads every image alike. */
const server = `require('node:http').createServer((request, answer) => {
  request.resume().on('end', () => answer.end(JSON.stringify({ text: 'TOTAL 128.40' })));
}).listen(process.env.PORT, '127.0.0.1');`;
const suite = 'version: 1\ncases:\n  - {name: invoice, image: a.png, expect: {text: TOTAL 128.40}}\n';

describe('the plan, the exposure and the smoke test in the same comment', () => {
  const place = () => ({
    project_id: world.sandbox.project,
    region: world.sandbox.region,
    name: 'ocr',
    workload_identity_provider: world.sandbox.env.WORKLOAD_IDENTITY_PROVIDER ?? '',
    service_account: world.sandbox.env.READER_SERVICE_ACCOUNT ?? '',
  });

  test('by an account that can only read', async () => {
    const before = await world.deploy({ source_dir: repository, runtime: 'nodejs24', memory: '256Mi' });
    expect(before.code).toBe(0);
    const plan = await run(
      'deploy',
      { job: 'plan' },
      { ...place(), source_dir: repository, memory: '1Gi', dry_run: 'true' },
    );
    const guard = await run('guard', { job: 'plan' }, place());
    writeFileSync(join(repository, 'answer.cjs'), server);
    writeFileSync(join(repository, 'backstay.smoke.yaml'), suite);
    cpSync(
      join(import.meta.dirname, '../../examples/smoke/images/invoice-en.png'),
      join(repository, 'a.png'),
    );
    const smoke = await run(
      'smoke-test',
      { job: 'node' },
      {
        command: `"${process.execPath}" answer.cjs`,
        suite: 'backstay.smoke.yaml',
      },
    );
    expect([plan.code, guard.code, smoke.code]).toEqual([0, 0, 0]);
    expect(sections()).toEqual(['pass Exposure of ocr', 'pass Smoke test', 'plan Plan for ocr']);
    expect(own()[0]?.body).toMatch(/availableMemory: 256\w* -> 1Gi/);
    expect(own()[0]?.body).toContain('may change nothing, as befits a plan');
    expect(own()[0]?.body).not.toContain('roles/cloudfunctions.developer --condition');
  });
});
