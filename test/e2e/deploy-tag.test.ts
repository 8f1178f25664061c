import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { answers, DeployWorld } from '../support/deploy-world.ts';

let world: DeployWorld;
beforeAll(async () => {
  world = await DeployWorld.start({ sampleReachability: true });
});
afterAll(() => world.stop());

const source = (version: string) =>
  world.source({
    'index.js': 'exports.ocr = () => {};',
    'package.json': `{"version":"${version}"}`,
    'sandbox.json': answers(version),
  });

const statuses = async (): Promise<{ type: string; revision: string; tag?: string }[]> =>
  (await world.service()).trafficStatuses;

test('a revision without traffic has a URL under its tag, and the tag moves with the next deploy', async () => {
  await world.deploy({ source_dir: source('1.0.0'), runtime: 'nodejs24' });
  const second = source('1.1.0');
  const run = await world.deploy({ source_dir: second, no_traffic: 'true', tag: 'candidate' });
  expect([run.code, run.outputs.verdict]).toEqual([0, 'pass']);
  expect(run.outputs.tag_url).toMatch(/^http:/);
  const tagged = { revision: run.outputs.revision, percent: 0, tag: 'candidate', uri: run.outputs.tag_url };
  expect((await statuses()).map(({ type: _, ...status }) => ({ percent: 0, ...status }))).toContainEqual(
    tagged,
  );
  // The output has what gets requests, as in every action.
  expect(JSON.parse(run.outputs.traffic ?? '')).toEqual([
    { revision: run.outputs.previous_revision, percent: 100 },
  ]);
  // The tag is no way around the invoker check.
  expect((await fetch(run.outputs.tag_url ?? '')).status).toBe(403);

  // The same again builds nothing, and the URL is still an output.
  const again = await world.deploy({ source_dir: second, no_traffic: 'true', tag: 'candidate' });
  expect(again.outputs).toMatchObject({ revision: run.outputs.revision, tag_url: run.outputs.tag_url });

  const third = await world.deploy({ source_dir: source('1.2.0'), tag: 'candidate' });
  const traffic = await statuses();
  expect(traffic.filter(({ tag }) => tag === 'candidate').map(({ revision }) => revision)).toEqual([
    third.outputs.revision,
  ]);
}, 300_000);

test.each([
  ['bs-c', 'this tag belongs to the release'],
  ['Next', 'expected a tag such as candidate'],
  ['a'.repeat(45), 'The tag'],
])(
  'the tag %s is refused before anything is built',
  async (tag, problem) => {
    const before = world.requestCount;
    const run = await world.deploy({ source_dir: source('2.0.0'), runtime: 'nodejs24', tag });
    expect(run.code).toBe(1);
    expect(run.log).toContain(problem);
    expect(world.writes(before)).toEqual([]);
  },
  300_000,
);
