import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { closeConnections } from '../../src/http/send.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { cases, minute, objectives, opened, start } from './support/opened.ts';
import {
  baseline,
  candidate,
  type Point,
  perMinute,
  plain,
  type Told,
  truth,
  writers,
} from './support/points.ts';

/**
 * Answers whose form is right and whose numbers are not. What such an answer adds is the truth or nothing: never a part, never a
 * failure that is taken for no failure, never a request twice.
 */

/** Changes the third minute. */
const third = (points: readonly Point[], value: string) =>
  points.map((point, n) => (n === 2 ? { ...point, value } : point));

const values: Record<string, string> = {
  'NaN as a text': '"NaN"',
  infinity: '1e999',
  'a negative number': '-5',
  'a part of a request': '7.5',
  'a word': '"seven"',
  'a hexadecimal number': '"0x7"',
  'more than there can be': '1e300',
  true: 'true',
  'an object': '{}',
};

const times: Record<string, (points: readonly Point[]) => readonly Point[]> = {
  'the same point twice': (points) => [...points.slice(0, 3), ...points.slice(2)],
  'two values of one minute': (points) => [...points.slice(0, 3), ...third(points, '1').slice(2)],
  'points in no order': (points) => [3, 1, 4, 0, 2].map((n) => points[n] as Point),
  'points from the end': (points) => [...points].reverse(),
  'a point between two minutes': (points) =>
    points.flatMap((point, n) => (n === 2 ? [point, { ...point, at: point.at + 30_000 }] : [point])),
  'a point before what was asked for': (points) => [
    { at: start - 40 * 24 * 60 * minute, value: '1000' },
    ...points,
  ],
  'a point of tomorrow': (points) => [...points, { at: start + 24 * 60 * minute, value: '1000' }],
};

const told: Record<string, Told> = {
  'nothing wrong': plain,
  'every series twice': { ...plain, twice: true },
  ...Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => [
      [`${name}, of what went well`, { ...plain, good: third(plain.good, value) }],
      [`${name}, of what failed`, { ...plain, bad: third(plain.bad, value) }],
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(times).map(([name, change]) => [
      name,
      { good: change(plain.good), bad: change(plain.bad) },
    ]),
  ),
};

let server: Server;
let url: string;
let shown: Told;
let source: string;
beforeEach(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const asked = new URL(request.url ?? '/', 'http://127.0.0.1');
    const answer = writers[source]?.(shown, asked, Buffer.concat(chunks).toString('utf8'));
    response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  closeConnections();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

interface Sum {
  total: number;
  bad: number;
}

/** What two looks and a total count, and what was said. */
async function counted(name: string, later?: Told): Promise<{ looks: Sum; total: Sum; said: string }> {
  const clock = new VirtualClock(start);
  const opening = await opened(name, url, clock);
  const said: string[] = [];
  const reader = opening.open({
    ...{ service: 'ocr', revisions: [candidate, baseline], objectives, since: start },
  });
  const looks: Sum = { total: 0, bad: 0 };
  for (let n = 0; n < 2; n++) {
    await clock.sleep(10 * minute);
    if (n === 1 && later) shown = later;
    try {
      const { counts, notes } = await reader.poll([start - 30 * minute]);
      said.push(...notes);
      for (const { span, total, bad } of counts) {
        // What came before the first mark is judged by nobody.
        if (span < 0) continue;
        expect([total, bad].every((count) => Number.isSafeInteger(count) && count >= 0)).toBe(true);
        looks.total += total;
        looks.bad += bad;
      }
    } catch (error) {
      said.push((error as Error).message);
      expect((error as Error).stack).not.toMatch(/^(?:TypeError|RangeError|SyntaxError|ReferenceError)/);
    }
  }
  let total: Sum = { total: 0, bad: 0 };
  try {
    const { availability } = await opening.total({ service: 'ocr', objectives }, start, start + 5 * minute);
    if (availability) total = { total: availability.total, bad: availability.bad };
  } catch (error) {
    said.push((error as Error).message);
  }
  return { looks, total, said: said.join('\n') };
}

const nothing: Sum = { total: 0, bad: 0 };
/** These count single entries: an entry that cannot be read is left out, and said. */
const bySingle = new Set(['logs', 'auto']);
const left = {
  failed: { total: truth.total - perMinute.bad, bad: truth.bad - perMinute.bad },
  good: { total: truth.total - perMinute.good, bad: truth.bad },
};
/** What is no fault in this form: a fraction of a counter that grows, and entries of any moment. */
const fits = (name: string, kind: string) =>
  (kind.startsWith('a part of a request') && /rometheus/.test(name)) ||
  (kind === 'a point between two minutes' && bySingle.has(name));

describe.each(Object.keys(cases))('%s', (name) => {
  beforeEach(() => {
    source = name;
  });

  test.each(Object.keys(told).filter((kind) => !fits(name, kind)))('%s', async (kind) => {
    shown = told[kind] as Told;
    const { looks, total, said } = await counted(name);
    if (kind === 'nothing wrong') {
      expect([looks, total]).toEqual([truth, truth]);
      return;
    }
    if (bySingle.has(name) && Object.keys(values).some((one) => kind.startsWith(one))) {
      expect(looks).toEqual(kind.endsWith('failed') ? left.failed : left.good);
      expect(said).toMatch(/\d log entries were not judged/);
      return;
    }
    expect([truth, nothing]).toContainEqual(looks);
    expect([truth, nothing]).toContainEqual(total);
    // What was left out is no silence.
    if (looks.total === 0) expect(said).not.toBe('');
  });

  test('counts that become smaller later were counted once', async () => {
    shown = plain;
    const smaller = { good: third(plain.good, '4'), bad: third(plain.bad, '1') };
    expect((await counted(name, smaller)).looks).toEqual(truth);
  });
});
