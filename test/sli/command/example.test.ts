import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readAnswer } from '../../../src/domain/counts/answer.ts';
import { type CountQuestion, variablesOf } from '../../../src/domain/counts/question.ts';
import { foreignTool } from '../../support/find-program.ts';

const file = join(import.meta.dirname, '../../../examples/counts/elasticsearch.py');
const python = foreignTool('python3');
const now = Date.now();
const minute = 60_000;

interface Document {
  at: number;
  service: string;
  version: string;
  status: number;
  ms: number;
  agent: string;
}

/** Requests of ten minutes, two a second. */
const documents: Document[] = Array.from({ length: 1200 }, (_, n) => ({
  at: now - 10 * minute + n * 500,
  service: n % 7 === 0 ? 'other' : 'ocr',
  version: n % 2 ? 'ocr-2' : 'ocr-1',
  status: n % 10 === 1 ? 503 : n % 25 === 3 ? 404 : n % 50 === 9 ? 429 : 200,
  ms: n % 20,
  agent: n % 9 === 0 ? 'backstay-probe/0.1.0 (x)' : 'curl/8',
}));

/** The part of the query language that the example uses, after the reference of Elasticsearch. */
type Clause = Record<string, Record<string, unknown>>;
const fields: Record<string, (document: Document) => string | number> = {
  '@timestamp': ({ at }) => at,
  'service.name': ({ service }) => service,
  'service.version': ({ version }) => version,
  'http.response.status_code': ({ status }) => status,
  'event.duration': ({ ms }) => ms * 1e6,
  'user_agent.original': ({ agent }) => agent,
};
function matches(document: Document, clause: Clause): boolean {
  const [[kind = '', body = {}] = []] = Object.entries(clause);
  if (kind === 'bool') {
    const all = (name: string) => (body[name] ?? []) as Clause[];
    const should = all('should');
    return (
      all('filter').every((one) => matches(document, one)) &&
      !all('must_not').some((one) => matches(document, one)) &&
      (should.length === 0 || should.some((one) => matches(document, one)))
    );
  }
  const [[field = '', wanted] = []] = Object.entries(body);
  const value = fields[field]?.(document);
  if (value === undefined) throw new Error(`No such field: ${field}`);
  if (kind === 'term') return value === wanted;
  if (kind === 'terms') return (wanted as unknown[]).includes(value);
  if (kind === 'wildcard') return String(value).includes(String(wanted).replaceAll('*', ''));
  if (kind !== 'range') throw new Error(`No such query: ${kind}`);
  const { gte, gt, lt } = wanted as Record<string, number | undefined>;
  const number = Number(value);
  return (
    (gte === undefined || number >= gte) &&
    (gt === undefined || number > gt) &&
    (lt === undefined || number < lt)
  );
}

let failure: { status?: number; successful?: number } = {};
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const known = request.headers.authorization === 'ApiKey key' && request.url === '/requests-*/_count';
  const { query } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { query: Clause };
  response.writeHead(failure.status ?? (known ? 200 : 401), { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      count: documents.filter((document) => matches(document, query)).length,
      _shards: { total: 3, successful: failure.successful ?? 3, skipped: 0, failed: 0 },
    }),
  );
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));

const question: CountQuestion = {
  service: 'ocr',
  revisions: ['ocr-2', 'ocr-1'],
  except: [],
  objectives: [
    { id: 'availability', kind: 'availability' },
    { id: 'speed', kind: 'latency', slowerThanMs: 15 },
  ],
  from: now - 8 * minute,
  to: now - 2 * minute,
};
const index = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/requests-*`;
const run = (
  asked: CountQuestion,
  args: readonly string[] = [index()],
  env: Record<string, string> = { COUNT_KEY: 'key' },
) =>
  new Promise<{ code: number | null; printed: Buffer }>((resolve) => {
    const child = spawn(python ?? 'python3', [file, ...args], {
      env: {
        PATH: process.env.PATH,
        ...variablesOf(asked),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('close', (code) => resolve({ code, printed: Buffer.concat(chunks) }));
  });
/** What happened, counted here. */
const truth = (asked: CountQuestion, revision: string, isBad: (one: Document) => boolean) => {
  const own = documents.filter(
    ({ at, service, version, agent }) =>
      at >= asked.from &&
      at < asked.to &&
      service === 'ocr' &&
      !agent.includes('backstay') &&
      (revision === '' || version === revision) &&
      !asked.except.includes(version),
  );
  return { revision, total: own.length, bad: own.filter(isBad).length };
};
const failed = ({ status }: Document) => status >= 500 || status === 429;

const withPython = python ? test : test.skip;

withPython('the example counts what happened, by revision and objective', async () => {
  const { code, printed } = await run(question);
  expect(code).toBe(0);
  const slow = ({ ms }: Document) => ms > 15;
  expect(readAnswer(printed, question)).toEqual({
    until: question.to,
    cells: question.revisions.flatMap((revision) => [
      { objective: 'availability', ...truth(question, revision, failed) },
      { objective: 'speed', ...truth(question, revision, slow) },
    ]),
  });
});

withPython(
  'it counts the whole service without what was taken back, and 4xx where they are bad',
  async () => {
    const whole: CountQuestion = {
      ...question,
      revisions: [],
      except: ['ocr-2'],
      objectives: [{ id: 'availability', kind: 'availability', clientErrors: true }],
    };
    const { printed } = await run(whole);
    expect(readAnswer(printed, whole)).toMatchObject({
      cells: [truth(whole, '', ({ status }) => status >= 400)],
    });
  },
);

withPython('it says nothing of what cannot be found yet', async () => {
  const late = { ...question, from: now - 30_000, to: now };
  expect(readAnswer((await run(late)).printed, late)).toMatchObject({ until: late.from });
});

withPython.each([
  [77, undefined, undefined, { status: 403 }],
  [77, undefined, { COUNT_KEY: 'another' }, {}],
  [1, undefined, undefined, { status: 502 }],
  [1, undefined, undefined, { successful: 2 }],
  [78, undefined, {}, {}],
  [78, [], undefined, {}],
] as const)('it ends with %d and prints no line: %j %j %j', async (code, args, env, trouble) => {
  failure = trouble;
  const done = await run(question, args, env);
  failure = {};
  expect([done.code, done.printed.length]).toEqual([code, 0]);
});
