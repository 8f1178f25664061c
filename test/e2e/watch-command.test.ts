import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { WatchWorld } from '../support/watch-world.ts';

/** The monitoring system of the user is a file with a line for each request: when it ended, its revision, and whether it failed. */
const folder = mkdtempSync(join(tmpdir(), 'bs-counts-'));
const program = `
import { readFileSync } from 'node:fs';
const { COUNT_REVISIONS: names, COUNT_FROM: from, COUNT_TO: to, COUNT_OBJECTIVES: objectives } = process.env;
const until = Math.max(Number(from), Math.min(Number(to), Date.now() - 2000));
const seen = readFileSync('requests.jsonl', 'utf8').trim().split('\\n').map((line) => JSON.parse(line));
const counts = (names ? names.split(',') : [undefined]).map((revision) => {
  const own = seen.filter((one) => one.at >= Number(from) && one.at < until && (!revision || one.revision === revision));
  return { revision, objective: JSON.parse(objectives)[0].id, total: own.length, bad: own.filter((one) => one.bad).length };
});
console.error('asked for', from, to);
console.log(JSON.stringify({ until, counts }));
`;
beforeAll(() => {
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'counts.mjs'), program);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let world: WatchWorld;
beforeEach(async () => {
  world = await WatchWorld.open({ percent: 50 });
});
afterEach(() => world.stop());

/** Requests of both revisions in the last 150 s, four a second. */
function requests(everyBad: number): void {
  const lines = Array.from({ length: 600 }, (_, n) => ({
    at: Date.now() - 150_000 + n * 250,
    revision: n % 2 ? world.next : world.old,
    bad: everyBad > 0 && n % 2 === 1 && n % everyBad === 1,
  }));
  writeFileSync(join(folder, 'requests.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'));
}
const watch = (inputs: Record<string, string> = {}) =>
  world.watch(
    {
      counts_command: `"${process.execPath}" counts.mjs`,
      counts_step: '1s',
      since: '150s',
      duration: '155s',
      ...inputs,
    },
    { cwd: folder },
  );
// biome-ignore lint/suspicious/noExplicitAny: tests read reports by path and know what they hold.
const sourceIn = (report: unknown) => (report as any).evidence.watch.source;

describe('a watch by a program of the user', () => {
  test('passes a good release, and takes a bad one back', async () => {
    requests(0);
    const good = await watch();
    expect([good.code, good.outputs.verdict, sourceIn(good.report)]).toEqual([0, 'pass', 'command']);
    requests(4);
    const bad = await watch();
    expect(bad.outputs).toMatchObject({ verdict: 'fail', blame: 'release', next: 'roll_back' });
  }, 300_000);

  test('ends before it begins if the answer cannot be read, and shows what the program said', async () => {
    writeFileSync(join(folder, 'broken.mjs'), `console.error('hint'); console.log('{"until": NaN}');`);
    const run = await watch({ counts_command: `"${process.execPath}" broken.mjs` });
    expect(run.code).toBe(1);
    expect(run.log).toContain('printed NaN, which is not JSON');
    expect(run.log).toContain('hint');
  }, 300_000);

  test('is blind, and not healthy, if the program fails', async () => {
    writeFileSync(join(folder, 'failing.mjs'), 'process.exit(4)');
    const run = await watch({
      counts_command: `"${process.execPath}" failing.mjs`,
      since: '',
      duration: '4s',
    });
    expect(run.outputs).toMatchObject({ verdict: 'inconclusive', outcome: 'held' });
    expect(run.outputs.reason).toContain('exit code 4');
  }, 300_000);
});
