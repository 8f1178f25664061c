import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../src/domain/data/json.ts';
import { linesOf } from '../../../src/domain/logs/evidence.ts';
import { RemoteError } from '../../../src/http/remote-error.ts';
import { type ReasonRequest, readReasons } from '../../../src/steps/logs/read-reasons.ts';
import type { FoundEntries } from '../../../src/steps/ports/log-entries.ts';
import { entry, lines, request, start } from '../../domain/logs/entries.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const place = {
  project: 'my-project',
  region: 'us-central1',
  service: 'ocr-api',
  revision: 'ocr-api-00002-abc',
};
const crash = lines(
  'Traceback (most recent call last):\n  File "/workspace/main.py", line 4, in f\nValueError: x',
);

/** A log that answers each call in turn. A number is how long the call takes until it fails at its deadline. */
async function read(
  answers: readonly (Json[] | FoundEntries | Error | number)[],
  more: Partial<ReasonRequest> = {},
  supplyMs?: number,
) {
  const clock = new VirtualClock(start + 60_000);
  const asked: { filter: string; deadlineMs: number }[] = [];
  const supplied: number[] = [];
  const evidence = await readReasons(
    {
      clock,
      entries: {
        newest: async (_, { filter, deadlineMs }, signal) => {
          const answer = answers[asked.length] ?? [];
          asked.push({ filter, deadlineMs });
          if (typeof answer === 'number') {
            await clock.sleep(Math.min(answer, deadlineMs), signal);
            throw new Error('no answer in time');
          }
          if (answer instanceof Error) throw answer;
          return Array.isArray(answer) ? { entries: answer, more: false } : answer;
        },
      },
      supply: async (_, deadlineMs, signal) => {
        supplied.push(deadlineMs);
        if (supplyMs === undefined) return 'At most 3 requests at once.';
        await clock.sleep(Math.min(supplyMs, deadlineMs), signal);
        throw new Error('no answer in time');
      },
    },
    {
      place,
      since: start,
      text: true,
      slowMs: 1000,
      redact: (text) => text,
      names: {},
      deadlineMs: 3000,
      ...more,
    },
  );
  return { evidence, asked, supplied, took: clock.steady() - (start + 60_000) };
}

describe('calls', () => {
  test('a crash that is there needs one call, and one more to know whether it is new', async () => {
    const { evidence, asked } = await read([crash]);
    expect(asked).toHaveLength(2);
    expect(asked[0]?.filter).toContain('resource.labels.revision_name="ocr-api-00002-abc"');
    expect(asked[0]?.filter).toContain('timestamp>="2026-11-30T07:00:00.000Z"');
    expect(asked[0]?.filter).not.toContain('latency');
    expect(asked[1]?.filter).toContain('NOT resource.labels.revision_name="ocr-api-00002-abc"');
    expect(evidence.new_errors).toEqual([{ type: 'ValueError', place: 'main.py:4', times: 1 }]);
  });

  test('an exception that another revision has logged before is not new', async () => {
    const { evidence } = await read([
      crash,
      [entry({ text: 'ValueError: y', revision: 'ocr-api-00001-aaa' })],
    ]);
    expect(evidence.new_errors).toEqual([]);
  });

  test('entries that come late are found by a second look, which also asks for slow requests', async () => {
    const { evidence, asked, took } = await read([[], crash]);
    expect(asked[1]?.filter).toContain('httpRequest.latency>="1s"');
    expect(asked).toHaveLength(3);
    expect(took).toBeLessThanOrEqual(3000);
    expect(linesOf(evidence)[0]?.kind).toBe('exception');
  });

  test.each([
    ['all calls hang', [60_000, 60_000, 60_000]],
    ['the second hangs', [[], 60_000]],
    ['nothing is found', [[], []]],
    ['slow answers alone', [[], [request(200, 5)]]],
  ])('at most three calls and three seconds: %s', async (_, answers) => {
    const { asked, took } = await read(answers as (Json[] | number)[]);
    expect(asked.length).toBeLessThanOrEqual(3);
    expect(took).toBeLessThanOrEqual(3000);
  });

  test('what a service without a free instance takes is asked within the same three calls and seconds', async () => {
    const full = [entry({ text: 'The request was aborted because there was no available instance.' })];
    const found = await read([full]);
    expect(found.evidence.supply).toBe('At most 3 requests at once.');
    expect([found.asked.length, found.supplied.length]).toEqual([1, 1]);

    const hung = await read([full], {}, 60_000);
    expect(hung.evidence.supply).toBeUndefined();
    expect(linesOf(hung.evidence)[0]?.kind).toBe('no-instance');
    expect(hung.took).toBeLessThanOrEqual(3000);

    const both = await read([[...full, ...crash]]);
    expect([both.asked.length, both.supplied.length]).toEqual([2, 1]);
    expect(both.evidence.new_errors).toHaveLength(1);
    expect((await read([crash])).supplied).toEqual([]);
  });

  test.each([{ service: 'x" OR "" ="' }, { revision: 'a"b' }, { region: '' }, { project: 'p OR q' }])(
    'a name that is none of Google asks nothing: %j',
    async (wrong) => {
      const { evidence, asked } = await read([], { place: { ...place, ...wrong } });
      expect(asked).toEqual([]);
      expect(evidence.unreadable).toBeDefined();
    },
  );
});

test('requests that another revision answered are not of this failure', async () => {
  const busy = (revision: string) => request(429, 0, { revision });
  const { evidence } = await read([[busy('ocr-api-00001-aaa')], [busy('ocr-api-00001-aaa')]]);
  expect(evidence).toMatchObject({ entries: 0, groups: [] });
  const { evidence: own } = await read([[busy('')], [busy('')]]);
  expect(linesOf(own)[0]?.text).toContain('429');
});

describe('a search that Google has not finished', () => {
  const unfinished = { entries: [], more: true };

  test('is not the news that nothing was logged', async () => {
    const { evidence } = await read([unfinished, unfinished]);
    expect(evidence.unreadable).toBeDefined();
    expect((await read([unfinished, []])).evidence.unreadable).toBeUndefined();
    const noise = Array.from({ length: 300 }, () => entry({ text: 'GET / 200' }));
    const { evidence: full } = await read([
      { entries: noise, more: true },
      { entries: noise, more: true },
    ]);
    expect(full.unreadable).toBeDefined();
  });

  test('takes nothing from what was found before', async () => {
    const warned = [entry({ severity: 'WARNING', text: 'low on memory' })];
    const { evidence } = await read([warned, unfinished]);
    expect(linesOf(evidence).map(({ kind }) => kind)).toEqual(['warning']);
  });

  test('makes no exception new', async () => {
    expect((await read([crash, unfinished])).evidence.new_errors).toBeUndefined();
    const known = [entry({ text: 'ValueError: y', revision: 'ocr-api-00001-aaa' })];
    expect((await read([crash, { entries: known, more: true }])).evidence.new_errors).toEqual([]);
  });
});

test('an earlier exception is looked for in every field from which one is read', async () => {
  const pino = {
    msg: 'no page',
    err: { type: 'RangeError', stack: 'RangeError: 7\n    at f (/workspace/x.js:1:2)' },
  };
  const { evidence, asked } = await read([
    [entry({ severity: 'ERROR', json: pino })],
    [entry({ severity: 'ERROR', json: pino, revision: 'ocr-api-00001-aaa' })],
  ]);
  expect(asked[1]?.filter).toContain('jsonPayload.err.stack:("RangeError")');
  expect(evidence.new_errors).toEqual([]);
});

test('a refusal is a value, with the grant that is missing', async () => {
  const refused = new RemoteError(
    'logging',
    'POST logging /v2/entries:list',
    {
      status: 403,
      headers: {},
      body: Buffer.from(
        JSON.stringify({
          error: {
            code: 403,
            status: 'PERMISSION_DENIED',
            message: "Permission 'logging.logEntries.list' denied on resource (or it may not exist).",
          },
        }),
      ),
      milliseconds: 1,
      truncated: false,
    },
    (text) => text,
  );
  const { evidence, asked } = await read([refused], {
    names: { project: 'my-project', member: 'serviceAccount:deployer@my-project.iam.gserviceaccount.com' },
  });
  expect(asked).toHaveLength(1);
  expect(evidence.unreadable).toContain('logging.logEntries.list');
  expect(evidence.commands?.join()).toContain('--role=roles/logging.viewer');
  expect(evidence.groups).toEqual([]);
});

test('whoever asked for the log itself gets the error, and no more for a later call', async () => {
  await expect(read([new Error('403')], { strict: true })).rejects.toThrow('403');
  const { evidence } = await read([crash, new Error('503')], { strict: true });
  expect(linesOf(evidence)).not.toEqual([]);
});

test('a refusal of the look at earlier revisions changes nothing', async () => {
  const { evidence } = await read([crash, new Error('503')]);
  expect(evidence.unreadable).toBeUndefined();
  expect(evidence.new_errors).toBeUndefined();
  expect(linesOf(evidence)).not.toEqual([]);
});

test('a cancelled run does not go on', async () => {
  const abort = new AbortController();
  abort.abort(new Error('cancelled'));
  await expect(read([60_000], { signal: abort.signal })).rejects.toThrow('cancelled');
});
