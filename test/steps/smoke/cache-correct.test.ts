import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { CaseResult } from '../../../src/domain/smoke/results/result.ts';
import { SuiteError } from '../../../src/steps/smoke/read-suite.ts';
import { smokeTest } from '../../../src/steps/smoke/smoke-test.ts';
import { root, smokePorts } from '../../support/smoke-ports.ts';

/** The preset against functions that cache with the key of the example, or with a part of it. */

interface Options {
  language: string;
  characters: string;
}
type Key = (image: Uint8Array, options: Options, model: string) => string;
const { keyOf } = createRequire(import.meta.url)(join(root, 'examples/ocr-node/cache.js')) as { keyOf: Key };
const png = readFileSync(join(root, 'examples/smoke/images/mixed.png'));

const suite = `version: 1
cases:
  - {name: mixed, image: a.png}
presets:
  - preset: cache-correct
    case: mixed
    variants:
      - {name: English only, request: {path: "/?language=eng"}}
      - {name: digits only, request: {path: "/?characters=0123"}}
`;

interface World {
  suite?: string;
  key: Key;
  /** The text of an image. `reads` counts the images that were read. */
  read?: (options: Options, model: string, reads: number) => string;
  champion?: boolean;
  /** The revision that serves answers nothing but 500. */
  broken?: boolean;
}

/** Two revisions with one cache: the one that serves has model 1, and the tested one model 2. */
async function play({
  suite: text = suite,
  key,
  read,
  champion = false,
  broken = false,
}: World): Promise<CaseResult> {
  const cache = new Map<string, string>();
  const sent: string[] = [];
  let reads = 0;
  const ports = smokePorts(undefined, {
    http: {
      send: async ({ url, body: sentBody }) => {
        const { hostname, searchParams } = new URL(url);
        const model = hostname === 'old.example' ? '1' : '2';
        const image = Buffer.concat([...(sentBody && 'image' in sentBody ? sentBody.image : [])]);
        const options = {
          language: searchParams.get('language') ?? 'eng+kor',
          characters: searchParams.get('characters') ?? '',
        };
        sent.push(model);
        const name = key(image, options, model);
        const answer =
          cache.get(name) ??
          read?.(options, model, reads++) ??
          `${options.language} ${options.characters} ${model}`;
        cache.set(name, answer);
        const headers = { 'content-type': 'application/json' };
        const down = broken && model === '1';
        const body = JSON.stringify(down ? { error: 'no' } : { text: answer });
        const whole = { status: down ? 500 : 200, headers, body };
        return { answer: { ...whole, truncated: false, garbled: false, milliseconds: 3 } };
      },
    },
    files: { read: async (path) => (path.endsWith('.yaml') ? Buffer.from(text) : png) },
  });
  const result = await smokeTest(ports, {
    suite: 'x.yaml',
    target: { url: 'https://new.example' },
    champion: champion ? { url: 'https://old.example' } : undefined,
  });
  expect(sent.filter((model) => model === '1').length).toBe(champion ? 3 : 0);
  return result.cases.find(({ kind }) => kind === 'preset') as CaseResult;
}

const never: Key = () => String(Math.random());

test.each([
  ['the key of the example', keyOf],
  ['no cache', never],
])('%s passes, also beside a revision with another model', async (_, key) => {
  expect(await play({ key })).toMatchObject({ status: 'passed', failures: [] });
  expect(await play({ key, champion: true })).toMatchObject({ status: 'passed', failures: [] });
});

const without: [string, Key, boolean, string][] = [
  [
    'the language',
    (image, options, model) => keyOf(image, { ...options, language: '' }, model),
    false,
    'English only got the answer of mixed',
  ],
  [
    'the options',
    (image, options, model) => keyOf(image, { ...options, characters: '' }, model),
    false,
    'digits only got the answer of mixed',
  ],
  [
    'the model',
    (image, options) => keyOf(image, options, ''),
    true,
    'mixed got the answer of the revision that serves: the key of the cache lacks the model',
  ],
];
test.each(without)('a key without %s fails', async (_, key, champion, what) => {
  const result = await play({ key, champion });
  expect(result.status).toBe('failed');
  expect(result.failures[0]?.what).toContain(what);
});

test('a missing model cannot be seen without the revision that serves, nor if both models read alike', async () => {
  const key: Key = (image, options) => keyOf(image, options, '');
  expect(await play({ key })).toMatchObject({ status: 'passed' });
  const read = ({ language, characters }: Options) => `${language} ${characters}`;
  const result = await play({ key, read, champion: true });
  expect(result).toMatchObject({ status: 'passed' });
  expect(result.note).toContain('nothing is known about the model in the key');
});

test('a revision that serves and is broken proves nothing about the model, and that is said', async () => {
  const key: Key = (image, options, model) => `${keyOf(image, options, model)}${model}`;
  const result = await play({ key, champion: true, broken: true });
  expect(result).toMatchObject({ status: 'passed' });
  expect(result.note).toContain('the revision that serves gave no text, so nothing is known about the model');
});

test('a variant that reads the same without a cache proves nothing, unless the suite says what is right', async () => {
  const read = ({ characters }: Options) => `TOTAL ${characters}`;
  const blind = await play({ key: keyOf, read });
  expect(blind).toMatchObject({ status: 'error' });
  expect(blind.note).toContain('English only gets the answer of mixed without a cache too');
  const judged = suite.replace('language=eng"}', 'language=eng"}, expect: {text: TOTAL}');
  expect(await play({ key: keyOf, read, suite: judged })).toMatchObject({ status: 'passed' });
  const wrong = suite.replace('language=eng"}', 'language=eng"}, expect: {text: GESAMT}');
  expect(await play({ key: keyOf, read, suite: wrong })).toMatchObject({ status: 'failed' });
});

test('a function that never answers alike is told apart from a wrong cache', async () => {
  const read = ({ language, characters }: Options, _: string, reads: number) =>
    `${language} ${characters} ${reads}`;
  const result = await play({ key: never, read });
  expect(result).toMatchObject({ status: 'error' });
  expect(result.note).toContain('answered differently each time, also without a cache');
});

test('a cache that gives back something else than it was given fails', async () => {
  const calls = new Map<string, number>();
  const key: Key = (image, options, model) => {
    const name = keyOf(image, options, model);
    const times = (calls.get(name) ?? 0) + 1;
    calls.set(name, times);
    return times === 1 ? name : `${name} spoiled`;
  };
  const read = ({ language, characters }: Options, _: string, reads: number) =>
    `${language} ${characters}${[7, 8, 9].includes(reads) ? ' spoiled' : ''}`;
  const result = await play({ key, read });
  expect(result.status).toBe('failed');
  expect(result.failures[0]?.what).toContain('with a warm cache that it never gets without one');
});

test('the champion has what is left of the time of the test, and no more', async () => {
  let now = 0;
  const limits: { host: string; at: number; ms: number }[] = [];
  const ports = smokePorts(undefined, {
    clock: { now: () => now, steady: () => now, sleep: async () => {} },
    http: {
      send: async ({ url, timeoutMs }) => {
        limits.push({ host: new URL(url).hostname, at: now, ms: timeoutMs });
        now += 10_000;
        const body = JSON.stringify({ text: new URL(url).search });
        const answer = { status: 200, headers: { 'content-type': 'application/json' }, body };
        return { answer: { ...answer, truncated: false, garbled: false, milliseconds: 10_000 } };
      },
    },
    files: { read: async (path) => (path.endsWith('.yaml') ? Buffer.from(suite) : png) },
  });
  const deadlineMs = 70_000;
  await smokeTest(ports, {
    ...{ suite: 'x.yaml', deadlineMs, target: { url: 'https://new.example' } },
    champion: { url: 'https://old.example' },
  });
  const champion = limits.filter(({ host }) => host === 'old.example');
  expect(champion.length).toBeGreaterThan(0);
  for (const { at, ms } of champion) expect(at + ms).toBeLessThanOrEqual(Math.max(deadlineMs, at + 1));
});

test.each([
  ['presets: [cache-correct]', 'cache-correct needs case'],
  ['presets: [{preset: cache-correct, case: mixed}]', 'and variants'],
  [
    'presets: [{preset: cache-correct, case: mixed, variants: [{name: a, request: {path: /b}}], compare: "a("}]',
    'is not JMESPath',
  ],
  [
    'presets: [{preset: cache-correct, case: mixed, variants: [{name: a, request: {}}, {name: a, request: {}}]}]',
    'Two variants have the name a',
  ],
  [
    'presets: [{preset: cache-correct, case: mixed, variants: [{name: a, request: {headers: {Host: b}}}]}]',
    'cannot set the header Host',
  ],
])('%s is refused', async (presets, why) => {
  const text = `${suite.slice(0, suite.indexOf('presets'))}${presets}\n`;
  const error = await play({ key: keyOf, suite: text }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(SuiteError);
  expect((error as SuiteError).message).toContain(why);
});
