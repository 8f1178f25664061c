import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runProgram } from '../../../src/actions/smoke-test/run-program.ts';
import type { ReleaseError } from '../../../src/domain/errors/errors.ts';
import { createClock } from '../../../src/runner/clock.ts';
import type { CommandSettings } from '../../../src/sli/command/ask.ts';
import { cutsOf } from '../../../src/sli/command/reader.ts';
import { createCommand } from '../../../src/sli/command/source.ts';
import { CountsUnusable } from '../../../src/steps/ports/counts-refused.ts';
import type { RunProgram } from '../../../src/steps/ports/program.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const minute = 60_000;
const start = Date.UTC(2026, 10, 22, 12);
const folder = mkdtempSync(join(tmpdir(), 'bs-counts-'));
beforeAll(() => chmodSync(folder, 0o755));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The clock of this machine, in which the programs run. */
const machine = createClock();
const told: string[] = [];
const log = {
  line: () => {},
  warning: (text: string) => void told.push(text),
  detail: (_: string, lines: string[]) => void told.push(...lines),
  debug: () => {},
};
const job = {
  PATH: process.env.PATH ?? '',
  GITHUB_WORKSPACE: folder,
  GITHUB_TOKEN: 'ghs_secret',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'oidc_secret',
  MONITORING_KEY: 'the-key',
  OTHER_KEY: 'the-other-key',
};
const real: RunProgram = (order) =>
  runProgram(
    {
      env: job,
      clock: machine as never,
      log: log as never,
      id: 'test',
      secrets: { redact: (text: string) => text } as never,
    },
    order,
  );

/** A source whose program is this text of Node. */
function sourceOf(
  program: string,
  settings: Partial<CommandSettings> = {},
  clock = new VirtualClock(start),
  run = real,
) {
  const file = join(folder, 'counts.mjs');
  writeFileSync(file, program);
  chmodSync(file, 0o644);
  return createCommand({
    settings: {
      argv: [process.execPath, 'counts.mjs'],
      isWhole: false,
      inherit: [],
      stepMs: minute,
      deadlineMs: 30_000,
      isolation: 'auto',
      ...settings,
    },
    clock,
    log: log as never,
    runProgram: run,
  });
}
const objectives = [{ id: 'availability', kind: 'availability' }] as const;
/** What a call fails with, and whether the watch is over with it. */
const failureOf = (call: Promise<unknown> | undefined) =>
  (call ?? Promise.resolve()).then(
    () => ({ none: true }),
    (error: ReleaseError) => ({
      ...{ code: error.code, what: error.what },
      isOver: error instanceof CountsUnusable,
    }),
  );
const query = { service: 'ocr', revisions: ['ocr-2', 'ocr-1'], objectives, since: start };
const honest = `
const { COUNT_REVISIONS: revisions, COUNT_TO: to } = process.env;
const counts = (revisions ? revisions.split(',') : [undefined]).map((revision) => ({ revision, total: 10, bad: 1 }));
console.log(JSON.stringify({ until: Number(to), counts }));`;

describe('a program as it really runs', () => {
  test('is asked for whole steps, one after the other, and its counts are taken once', async () => {
    const clock = new VirtualClock(start);
    const reader = sourceOf(
      `import { appendFileSync } from 'node:fs';
      appendFileSync(${JSON.stringify(join(folder, 'asked'))}, process.env.COUNT_FROM + '-' + process.env.COUNT_TO + '\\n');${honest}`,
      { isolation: 'none' },
      clock,
    ).open(query);
    expect(await reader.poll([start])).toMatchObject({ counts: [], horizon: start });
    await clock.sleep(2.5 * minute);
    expect(await reader.poll([start])).toMatchObject({
      counts: [
        { revision: 'ocr-2', objective: 'availability', span: 0, total: 10, bad: 1 },
        { revision: 'ocr-1', objective: 'availability', span: 0, total: 10, bad: 1 },
      ],
      horizon: start + 2 * minute,
      cursor: String(start + 2 * minute),
      source: 'command',
      bucketMs: minute,
    });
    expect((await reader.poll([start])).counts).toEqual([]);
    await clock.sleep(minute);
    await reader.poll([start]);
    expect(readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n')).toEqual([
      `${start}-${start + 2 * minute}`,
      `${start + 2 * minute}-${start + 3 * minute}`,
    ]);
  });

  test('gets the variables that were named and none of the tokens of the job, not even from other processes', async () => {
    const clock = new VirtualClock(start);
    const spy = `
      import { readdirSync, readFileSync } from 'node:fs';
      const seen = [JSON.stringify(process.env)];
      for (const id of readdirSync('/proc').filter((name) => /^\\d+$/.test(name)))
        try { seen.push(readFileSync('/proc/' + id + '/environ', 'latin1')); } catch {}
      const all = seen.join();
      console.error(['ghs_secret', 'oidc_secret', 'the-key', 'the-other-key'].filter((one) => all.includes(one)).join(), process.env.COUNT_KEY);
      process.exit(1);`;
    const reader = sourceOf(spy, { inherit: ['MONITORING_KEY'], key: 'count-key' }, clock).open(query);
    await clock.sleep(minute);
    told.length = 0;
    await expect(reader.poll([start])).rejects.toMatchObject({ code: 'counts-unusable' });
    expect(told.filter((line) => !line.includes('not isolated'))).toEqual(['the-key count-key']);
  });

  test.each<[string, string, Partial<CommandSettings>, object]>([
    [
      'a failure',
      'process.exit(3)',
      {},
      { code: 'counts-unusable', what: expect.stringContaining('exit code 3') },
    ],
    [
      'a failure after a good line',
      `${honest}\nprocess.exitCode = 1`,
      {},
      { code: 'counts-unusable', what: expect.stringContaining('exit code 1') },
    ],
    ['a refusal of its login', 'process.exit(77)', {}, { code: 'permission-denied', isOver: false }],
    ['that it can never count', 'process.exit(78)', {}, { isOver: true }],
    [
      'a program that does not exist',
      honest,
      { argv: ['no-such-program'] },
      { isOver: true, what: expect.stringContaining('could not be started') },
    ],
    [
      'its own death',
      `process.kill(process.pid, 'SIGKILL'); setTimeout(() => {}, 9e4)`,
      {},
      { code: 'counts-unusable', what: expect.stringMatching(/signal 9/) },
    ],
    [
      'no end, deaf to SIGTERM',
      `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)`,
      { deadlineMs: 1000 },
      { code: 'counts-unusable', what: expect.stringContaining('did not end within 1 s') },
    ],
    [
      'a flood',
      `for (;;) process.stdout.write('x'.repeat(65536))`,
      {},
      { code: 'counts-unusable', what: expect.stringContaining('more than 65536 bytes') },
    ],
    [
      'a flood without a newline on standard error, and no line',
      `for (let n = 0; n < 300; n++) process.stderr.write('y'.repeat(65536))`,
      {},
      { code: 'response-malformed', what: expect.stringContaining('printed nothing') },
    ],
    ['two lines', `console.log('{}'); console.log('{}')`, {}, { code: 'response-malformed' }],
  ])(
    '%s is no count, and the next look asks for the same time again',
    async (_, program, settings, error) => {
      const clock = new VirtualClock(start);
      let isHonest = false;
      // An honest program gets the time that a busy machine needs to start it.
      const run: RunProgram = (order) => real(isHonest ? { ...order, deadlineMs: 60_000 } : order);
      const source = sourceOf(program, settings, clock, run);
      const reader = source.open(query);
      await clock.sleep(minute);
      expect(await failureOf(reader.poll([start]))).toMatchObject(error);
      if (settings.argv) return;
      isHonest = true;
      writeFileSync(join(folder, 'counts.mjs'), honest);
      const { counts, horizon } = await reader.poll([start]);
      expect([counts.length, horizon]).toEqual([2, start + minute]);
    },
    300_000,
  );

  test('before the first change, an answer that cannot be read ends the release, and a failure may pass', async () => {
    const window = [start - 30 * minute, start] as const;
    const inspect = (program: string) => sourceOf(program).inspect?.(query, ...window);
    expect(await inspect(honest)).toEqual([]);
    expect(await failureOf(inspect(`console.log('{"until": 1}')`))).toMatchObject({
      isOver: true,
      what: expect.stringContaining('counts: expected a list'),
    });
    expect(await failureOf(inspect('process.exit(1)'))).toMatchObject({ isOver: false });
  });

  test('a program that must be isolated and cannot be never counts', async () => {
    const clock = new VirtualClock(start);
    // No program that could make a place for it is on this path, and another user may not enter this folder.
    const env = { ...job, PATH: '/nowhere', GITHUB_WORKSPACE: mkdtempSync(join(folder, 'private-')) };
    const nowhere: RunProgram = (order) =>
      runProgram(
        {
          ...{ env, clock: machine as never, log: log as never, id: 'test' },
          secrets: { redact: (text: string) => text } as never,
        },
        order,
      );
    const source = createCommand({
      settings: {
        ...{ argv: ['x'], isWhole: false, inherit: [], stepMs: minute, deadlineMs: 30_000 },
        isolation: 'required',
      },
      clock,
      log: log as never,
      runProgram: nowhere,
    });
    await clock.sleep(minute);
    expect(await failureOf(source.open(query).poll([start]))).toMatchObject({
      isOver: true,
      what: expect.stringContaining('The program x cannot be isolated'),
    });
  }, 300_000);

  test('a cancelled run ends the program', async () => {
    const clock = new VirtualClock(start);
    const reader = sourceOf('setInterval(() => {}, 1000)', {}, clock).open(query);
    await clock.sleep(minute);
    const stop = new AbortController();
    const poll = reader.poll([start], stop.signal);
    setTimeout(() => stop.abort(new Error('cancelled')), 300);
    await expect(poll).rejects.toThrow('cancelled');
  }, 300_000);
});

describe('what is asked', () => {
  /** Answers like a monitoring system that has one request of each revision in each second. */
  const perSecond =
    (asked: [number, number][] = [], lateMs = 0, now = () => start): RunProgram =>
    async ({ variables }) => {
      const { COUNT_FROM: from, COUNT_TO: to, COUNT_REVISIONS: names } = variables;
      asked.push([(Number(from) - start) / 1000, (Number(to) - start) / 1000]);
      const until = Math.max(Number(from), Math.min(Number(to), now() - lateMs));
      const total = Math.floor((until - Number(from)) / 1000);
      const counts = (names ? names.split(',') : [undefined]).map((revision) => ({
        revision,
        total,
        bad: 0,
      }));
      return {
        ending: { kind: 'exit', code: 0 },
        printed: Buffer.from(JSON.stringify({ until, counts })),
        said: [],
        warning: undefined,
      };
    };
  const open = (program: RunProgram, clock: VirtualClock, more: Partial<CommandSettings> = {}) =>
    createCommand({
      settings: {
        ...{ argv: ['x'], isWhole: false, inherit: [], stepMs: minute, deadlineMs: 1000, isolation: 'auto' },
        ...more,
      },
      clock,
      log: log as never,
      runProgram: program,
    });

  test('a change of traffic in the middle of a step puts that step between both sides', async () => {
    const clock = new VirtualClock(start);
    const asked: [number, number][] = [];
    const reader = open(
      perSecond(asked, 0, () => clock.now()),
      clock,
    ).open({ ...query, revisions: ['ocr-2'] });
    await clock.sleep(5 * minute);
    const { counts } = await reader.poll([start, start + 2.5 * minute]);
    expect(asked).toEqual([
      [0, 120],
      [120, 180],
      [180, 300],
    ]);
    expect(counts.map(({ span, mixed, total }) => [span, mixed === true, total])).toEqual([
      [0, false, 120],
      [0, true, 60],
      [1, false, 120],
    ]);
  });

  test('what the program has not seen yet is asked for again', async () => {
    const clock = new VirtualClock(start);
    const asked: [number, number][] = [];
    const reader = open(
      perSecond(asked, 90_000, () => clock.now()),
      clock,
    ).open({
      ...query,
      revisions: ['ocr-2'],
    });
    let total = 0;
    for (let n = 0; n < 40; n++) {
      await clock.sleep(15_000);
      const reading = await reader.poll([start, start + 2.5 * minute]);
      total += reading.counts.reduce((sum, count) => sum + count.total, 0);
      expect(reading.horizon).toBe(start + total * 1000);
    }
    expect(total).toBe((40 * 15_000 - 90_000) / 1000);
  });

  test('a program that sees nothing more is silent, and not late', async () => {
    const clock = new VirtualClock(start);
    let seen = 0;
    const reader = open(
      perSecond([], 0, () => start + seen),
      clock,
    ).open({ ...query, revisions: ['ocr-2'] });
    await clock.sleep(3 * minute);
    seen = 2 * minute;
    expect(await reader.poll([start])).toMatchObject({ horizon: start + 2 * minute, lagMs: minute });
    await clock.sleep(20 * minute);
    expect(await reader.poll([start])).toMatchObject({ horizon: start + 2 * minute, lagMs: minute });
  });

  test('the budget leaves out revisions that were taken back, and says nothing of a time that was not seen', async () => {
    const clock = new VirtualClock(start);
    const source = open(perSecond([], 0), clock);
    expect(await source.total(query, start - 10 * minute, start)).toEqual({
      availability: { total: 600, bad: 0 },
    });
    expect(await open(perSecond([], 20 * minute), clock).total(query, start - 10 * minute, start)).toEqual(
      {},
    );
  });

  test('a budget of which the program saw only the beginning is no budget, and a late one is', async () => {
    const clock = new VirtualClock(start);
    const day = 24 * 60 * minute;
    const late = (ms: number) => open(perSecond([], ms), clock).total(query, start - day, start);
    await expect(late(23 * 60 * minute)).rejects.toMatchObject({ code: 'counts-partial' });
    expect(await late(10 * minute)).toEqual({ availability: { total: 85_800, bad: 0 } });
  });

  test.each([
    [0, 300, [], 60, [300]],
    [0, 300, [0], 60, [300]],
    [0, 300, [60], 60, [60, 300]],
    [0, 300, [61], 60, [60, 120, 300]],
    [60, 300, [59], 60, [300]],
    [300, 300, [10], 60, []],
    [0, 300, [290], 60, [240, 300]],
    [0, 300, [310], 60, [300]],
  ])('from %d to %d, marks at %j, in steps of %d: %j', (from, to, marks, step, cuts) => {
    expect(cutsOf(from, to, marks, step)).toEqual(cuts);
  });
});
