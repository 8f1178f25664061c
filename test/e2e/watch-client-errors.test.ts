import { afterEach, describe, expect, test } from '@jest/globals';
import { expectReplay } from '../support/replays.ts';
import type { ActionRun } from '../support/run-action.ts';
import { WatchWorld } from '../support/watch-world.ts';

let world: WatchWorld;
afterEach(() => world.stop());

// biome-ignore lint/suspicious/noExplicitAny: tests read reports by path and know what they hold.
const evidence = (run: ActionRun) => (run.report as any).evidence;

describe('a watch of a version that answers 404 to everybody', () => {
  const next = [{ status: 404 }];

  test('takes it back while traffic is split, and says what the answers were', async () => {
    world = await WatchWorld.open({ percent: 50, next });
    await world.load(20, 110);
    const run = await world.watch({ duration: '90s' });
    expect(run.outputs).toMatchObject({ verdict: 'fail', blame: 'release', next: 'roll_back' });
    expect(run.outputs.reason).toMatch(
      /^\d+ of \d+ answers of ocr-00002-\w+ were 4xx \(100\.0 %\), most of them HTTP 404 on POST \/\. ocr-00001-\w+ had 0 % at the same time\./,
    );
    expect(run.log).toMatch(
      /4xx: new \d+ of \d+ \(100\.0 %\), old 0 of \d+ \(0 %\) \(more .*, acts at 10 000:1\)/,
    );
    expect(run.summary).toMatch(/4xx of the new revision: `HTTP 404 on POST \/` \d+/);
    expectReplay(run.report, {
      verdict: 'fail',
      reason: run.outputs.reason as string,
      next: 'roll_back',
      blame: 'release',
    });
  }, 300_000);

  test('holds it at 100 %, unless the user wants something else', async () => {
    world = await WatchWorld.open({ percent: 100, next });
    world.stretch(world.old, 300, 760, 450);
    world.stretch(world.next, 200, 175, 2, 1, false, 404);
    // A minute longer than the answers are old, since four runs follow one another.
    const past = { since: '240s', duration: '240s', resume: 'off' };
    const run = await world.watch(past);
    expect(run.outputs).toMatchObject({ verdict: 'inconclusive', outcome: 'held', next: 'hold' });
    expect(run.outputs.reason).toMatch(
      /^200 of 200 answers of ocr-00002-\w+ were 4xx \(100\.0 %\), most of them HTTP 404/,
    );
    expect(run.code).toBe(1);
    expectReplay(run.report, {
      verdict: 'inconclusive',
      reason: run.outputs.reason as string,
      next: 'hold',
      blame: 'unknown',
    });
    const promoted = await world.watch({ ...past, on_client_errors: 'promote' });
    expect(promoted.outputs).toMatchObject({ verdict: 'inconclusive', next: 'go_on' });
    expect(promoted.code).toBe(0);
    const ignored = await world.watch({ ...past, client_errors: 'ignore' });
    expect(ignored.outputs).toMatchObject({ verdict: 'pass', next: 'go_on' });
    expect(ignored.summary).toContain('| not judged |');
    const counted = await world.watch({ ...past, client_errors: 'count' });
    expect(counted.outputs).toMatchObject({ verdict: 'fail', bad: '200' });
  }, 300_000);

  test('the same by metrics', async () => {
    world = await WatchWorld.open({ percent: 100 });
    world.stretch(world.next, 800, 899, 250, 1, true, 404);
    const run = await world.watch({ source: 'metrics', since: '15m', duration: '15m' });
    expect(run.outputs).toMatchObject({ verdict: 'inconclusive', outcome: 'held', next: 'hold' });
    expect(run.outputs.reason).toContain('most of them HTTP 404.');
  }, 300_000);
});

test('what the front end refuses is told, and is no evidence', async () => {
  world = await WatchWorld.open({ percent: 50 });
  const text = 'The request was not authenticated. Read more at https://cloud.google.com/run/docs';
  const refused = [
    { status: 403, textPayload: text },
    { status: 401, textPayload: 'The request was not authorized to invoke this service.' },
    { status: 404, textPayload: 'The request was refused by the ingress settings of the service.' },
  ];
  for (let i = 0; i < 60; i++)
    world.past({ revision: i % 2 ? world.next : '', secondsAgo: 10 + i, ...(refused[i % 3] as object) });
  world.stretch(world.next, 400, 100, 5);
  world.stretch(world.old, 400, 100, 5);
  const run = await world.watch({ since: '170s', duration: '170s' });
  expect(run.outputs).toMatchObject({ verdict: 'pass', requests: '400' });
  expect(evidence(run).watch).toMatchObject({ notes: [], clients: { candidate: { total: 400, client: 0 } } });
  expect(run.log).toMatch(/not counted: 60 requests that Google's front end refused \((\d{3}: 20(, )?){3}\)/);
  expect(run.summary).toContain("Not counted: 60 requests that Google's front end refused");
}, 300_000);
