import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { closeConnections } from '../../src/http/send.ts';
import { sourceNames } from '../../src/sli/registry.ts';
import type { SliSource } from '../../src/steps/ports/sli.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { cases, minute, objectives, opened, secrets, start } from './support/opened.ts';

/**
 * Every source of the registry that asks a server, before a server that answers anything: none of it may count, reach another host, fill
 * the memory, or show a credential. An answer that says nothing is either refused or no request at all.
 */

const json = { 'content-type': 'application/json' };
const zeros = Buffer.alloc(1024 * 1024, ' ');
let bomb: Buffer;
let elsewhere: Server;
let elsewhereUrl: string;
let reached = 0;
beforeAll(async () => {
  bomb = gzipSync(Buffer.alloc(32 * 1024 * 1024, '['));
  elsewhere = createServer((_, response) => {
    reached++;
    response.end('{}');
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  elsewhereUrl = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
});
afterAll(async () => {
  elsewhere.closeAllConnections();
  await new Promise((resolve) => elsewhere.close(resolve));
});

const text =
  (body: string | Buffer, status = 200, headers: Record<string, string> = json) =>
  (response: ServerResponse): void =>
    void response.writeHead(status, headers).end(body);

const answers: Record<string, (response: ServerResponse) => void> = {
  'a page of HTML': text('<!DOCTYPE html><title>Sign in</title>', 200, { 'content-type': 'text/html' }),
  nothing: text(''),
  null: text('null'),
  'a number': text('1'),
  'an empty list': text('[]'),
  'half of an object': text('{"data":{"result":[{"values":[[1,"'),
  'lists in lists': text(`${'['.repeat(50_000)}${']'.repeat(50_000)}`),
  'bytes that are no text': text(Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x7b])),
  'an object with names of JavaScript': text(
    '{"__proto__":{"entries":[1],"timeSeries":[1]},"constructor":"x","toString":1}',
  ),
  'fields of a wrong type': text(
    JSON.stringify({
      ...{ entries: 'x', timeSeries: {}, status: 'success', errors: [], nextPageToken: 7 },
      data: {
        resultType: 'matrix',
        result: 'x',
        actor: { account: { nrql: { results: 7 } } },
        attributes: 3,
      },
      ...{ MetricDataResults: 'x', meta: null },
    }),
  ),
  'lists of nothing': text(
    JSON.stringify({
      ...{ entries: [null, 1, 'x', {}], timeSeries: [null], status: 'success' },
      data: {
        resultType: 'matrix',
        result: [null, 1, {}],
        actor: { account: { nrql: { results: [null, 1, {}] } } },
        attributes: { series: [null], times: [null], values: [null] },
      },
      MetricDataResults: [null, 1, {}],
    }),
  ),
  'more than fits': (response) => {
    response.writeHead(200, json);
    let sent = 0;
    const more = () => {
      while (sent < 400 && !response.destroyed) {
        sent++;
        if (!response.write(zeros)) return void response.once('drain', more);
      }
      if (!response.destroyed) response.end();
    };
    response.on('error', () => {});
    more();
  },
  'a gzip that unfolds to 32 MB': (response) =>
    void response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(bomb),
  'a gzip that is none': text('not gzip', 200, { ...json, 'content-encoding': 'gzip' }),
  'a redirect to another host': (response) =>
    void response.writeHead(302, { location: `${elsewhereUrl}/x` }).end(),
  'a redirect of the method': (response) =>
    void response.writeHead(308, { location: `${elsewhereUrl}/x` }).end(),
  'a status without a body': text('', 500),
  'a connection that breaks': (response) => {
    response.writeHead(200, { ...json, 'content-length': '1000' });
    response.write('{"a":');
    setImmediate(() => response.destroy());
  },
};

let server: Server;
let url: string;
let answer: (response: ServerResponse) => void;
let written: () => number;
beforeEach(async () => {
  let sockets = 0;
  server = createServer((request, response) => {
    request.resume();
    const before = response.socket?.bytesWritten ?? 0;
    response.on('close', () => {
      sockets = Math.max(sockets, (request.socket.bytesWritten ?? 0) - before);
    });
    answer(response);
  });
  written = () => sockets;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  reached = 0;
});
afterEach(async () => {
  closeConnections();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('every source of the registry but a program is here', () => {
  const here = new Set(Object.values(cases).map(([name]) => name));
  expect(sourceNames.filter((name) => !here.has(name))).toEqual(['command']);
});

/** Every number that was counted, and what was said. */
async function asked(source: SliSource, clock: VirtualClock): Promise<{ counted: number[]; said: string }> {
  const counted: number[] = [];
  const said: string[] = [];
  const attempt = async (what: () => Promise<void>) => {
    try {
      await what();
    } catch (error) {
      const { message, stack = '' } = error as Error;
      expect(stack).not.toMatch(/^(?:TypeError|RangeError|SyntaxError|ReferenceError)/);
      said.push(message, JSON.stringify(error));
    }
  };
  const reader = source.open({ service: 'ocr', revisions: ['new', 'old'], objectives, since: start });
  for (let n = 0; n < 2; n++) {
    await clock.sleep(8 * minute);
    await attempt(async () => {
      const { counts, notes } = await reader.poll([start]);
      for (const { total, bad } of counts) counted.push(total, bad);
      said.push(...notes);
    });
  }
  await attempt(async () => {
    const totals = await source.total({ service: 'ocr', objectives }, start, start + 5 * minute);
    for (const one of Object.values(totals)) if (one) counted.push(one.total, one.bad);
  });
  return { counted, said: said.join('\n') };
}

describe.each(Object.keys(cases))('%s', (name) => {
  test.each(Object.keys(answers))('%s', async (kind) => {
    answer = answers[kind] as (typeof answers)[string];
    const clock = new VirtualClock(start);
    const { counted, said } = await asked(await opened(name, url, clock), clock);
    expect(counted.filter((count) => count !== 0)).toEqual([]);
    expect(reached).toBe(0);
    for (const secret of Object.values(secrets)) expect(said).not.toContain(secret);
    expect(Math.max(0, ...said.split('\n').map((line) => line.length))).toBeLessThan(20_000);
    // What is read, and what the kernel may hold of one connection: far from the 400 MiB that were offered.
    if (kind === 'more than fits') expect(written()).toBeLessThan(200 * 1024 * 1024);
  });

  test('an answer that drips for ever ends with the run', async () => {
    const dripping: NodeJS.Timeout[] = [];
    answer = (response) => {
      response.writeHead(200, json);
      dripping.push(setInterval(() => response.write(' '), 20));
    };
    const clock = new VirtualClock(start);
    const source = await opened(name, url, clock);
    const reader = source.open({ service: 'ocr', revisions: ['new'], objectives, since: start });
    await clock.sleep(8 * minute);
    const run = new AbortController();
    setTimeout(() => run.abort(new Error('cancelled')), 200);
    await expect(reader.poll([start], run.signal)).rejects.toThrow();
    for (const timer of dripping) clearInterval(timer);
  });
});
