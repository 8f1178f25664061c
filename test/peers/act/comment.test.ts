import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { parseDocument } from 'yaml';
import { commentsOf } from '../../../sandbox/github/comments.ts';
import { parseComment } from '../../../src/domain/comment/parse.ts';
import { describeWith } from '../../support/foreign-tool.ts';
import { install } from './act.ts';
import * as repository from './repository.ts';
import { ActWorld } from './world.ts';

/** The example of a pull request under act: its jobs write one comment at the sandbox's GitHub, and the next commit changes it. */

jest.setTimeout(300_000);

const root = join(import.meta.dirname, '../../..');

/** act sets the address of GitHub's API itself, for every step. Only the step's own variables come behind it. */
function example(api: string): string {
  const document = parseDocument(readFileSync(join(root, 'examples/workflows/pull-request.yml'), 'utf8'));
  for (const job of ['python', 'container']) document.deleteIn(['jobs', job]);
  const { jobs } = document.toJS() as { jobs: Record<string, { steps: { uses?: string }[] }> };
  for (const [job, { steps }] of Object.entries(jobs))
    for (const [at, { uses }] of steps.entries())
      if (uses?.startsWith('backstay-release/'))
        document.setIn(['jobs', job, 'steps', at, 'env'], { GITHUB_API_URL: api });
  return document.toString({ lineWidth: 0 });
}

describeWith('act', install, 'the comment on a pull request under act', (act) => {
  let world: ActWorld;
  let folder = '';
  beforeAll(async () => {
    world = await ActWorld.start(act);
    folder = world.repository('acme');
    repository.realFunction(folder);
    repository.realSuite(folder);
    repository.vendored(folder);
    repository.commit(folder);
  });
  afterAll(() => world.stop());

  test('three jobs, one comment; the next commit changes it', async () => {
    const text = example(world.sandbox.env.GITHUB_API_URL ?? '');
    const payload = (sha: string) => ({
      pull_request: { number: 1, head: { sha, repo: { full_name: 'acme/ocr' } }, base: { ref: 'main' } },
    });
    const first = await world.run(text, folder, 'pull_request', { payload: payload('a'.repeat(40)) });
    expect([first.code, first.jobs.map(({ result }) => result)]).toEqual([
      0,
      ['success', 'success', 'success'],
    ]);
    const { comments } = commentsOf(world.sandbox.world);
    const titles = () =>
      parseComment(comments[0]?.body ?? '')
        .sections.map(({ title, state }) => `${state} ${title}`)
        .sort();
    expect(comments.map(({ author }) => author)).toEqual(['github-actions[bot]']);
    const all = ['pass Exposure of ocr-api', 'pass Files', 'pass Smoke test', 'plan Plan for ocr-api'];
    expect(titles()).toEqual(all);
    const second = await world.run(text, folder, 'pull_request', { payload: payload('b'.repeat(40)) });
    expect(second.code).toBe(0);
    expect([comments.length, titles()]).toEqual([1, all]);
    expect(comments[0]?.body).toContain('Commit bbbbbbb.');
  });
});
