import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { closeConnections } from '../../src/http/send.ts';
import type { SmokeResult } from '../../src/steps/smoke/ports.ts';
import { smokeTest } from '../../src/steps/smoke/smoke-test.ts';
import { type VariantName, writeVariant } from '../support/ocr-variants.ts';
import { type RunningFunction, startFunction } from '../support/run-function.ts';
import { mint, root, smokePorts } from '../support/smoke-ports.ts';

/** Runs the real example function: tesseract.js in a process of functions-framework, one process at a time. */
const example = 'examples/smoke/backstay.smoke.yaml';
const audience = 'https://ocr.test';
const folder = mkdtempSync(join(tmpdir(), 'bs-smoke-'));
cpSync(join(root, 'examples/smoke/images/invoice-en.png'), join(folder, 'invoice-en.png'));
let running: RunningFunction | undefined;

const start = async (name: VariantName, env?: Record<string, string>) => {
  running = await startFunction(writeVariant(name, mkdtempSync(join(folder, 'build-'))), env);
  return running.url;
};

/** The most seconds for reading one image. An idle machine needs less than one. */
const caseSeconds = 60;

/** Writes a suite next to the example's images, with one case and the presets of one test. */
function suiteOf(rest: string): string {
  const path = 'suite.yaml';
  const item = `  - {name: invoice, image: invoice-en.png, timeout: ${caseSeconds}s, retries: 0, expect: {text: "INVOICE 2026-001 TOTAL 128.40"}}`;
  writeFileSync(join(folder, path), `version: 1\ncases:\n${item}\n${rest}\n`);
  return path;
}

const run = (suite: string, url: string, more: { audience?: string; expiredToken?: string } = {}) =>
  smokeTest(smokePorts(suite === example ? root : folder), {
    suite,
    target: { url, audience: more.audience },
    expiredToken: more.expiredToken,
  });
const failed = (result: SmokeResult) =>
  result.cases.filter((item) => item.status === 'failed').map((item) => item.name);
const checksOf = (result: SmokeResult, name: string) =>
  result.cases.find((item) => item.name === name)?.failures.map((failure) => failure.check);

afterEach(async () => {
  closeConnections();
  await running?.stop();
  running = undefined;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the example suite', () => {
  test('passes on the example with all cases and presets, behind a gate that checks tokens strictly', async () => {
    const url = await start('strict-gate');
    const result = await run(example, url, { audience, expiredToken: mint(audience, -60) });
    expect(failed(result)).toEqual([]);
    expect(result.verdict).toBe('pass');
    expect(result.cases.every((item) => item.status === 'passed')).toBe(true);
    expect(result.evidence.cer?.micro).toBe(0);
    expect(result.evidence.latency?.samples).toBe(5);
  }, 300_000);

  test('fails on a build without Korean, although its English cases pass', async () => {
    const result = await run(example, await start('english-only'));
    expect(result.verdict).toBe('fail');
    expect(failed(result)).toEqual(expect.arrayContaining(['Korean receipt', 'Korean notice, Vision style']));
    expect(failed(result)).not.toContain('English invoice');
  }, 300_000);

  test('fails at a field if two digits are swapped', async () => {
    const result = await run(example, await start('swapped-digits'));
    expect(checksOf(result, 'English invoice')).toEqual(expect.arrayContaining(['cer', 'contains', 'field']));
    const mixed = result.cases.find((item) => item.name === 'Korean and English, Document AI style');
    expect(mixed?.failures).toEqual([
      {
        check: 'field',
        what: 'total is "182.40", expected "128.40".',
        expected: '128.40',
        found: '"182.40"',
      },
    ]);
    expect(mixed?.score?.cer).toBeLessThan(0.06);
  }, 300_000);

  test('passes on a build that fails some later requests, which only real traffic can show', async () => {
    const url = await start('fails-some', { FAILS_AFTER: '60' });
    expect((await run(example, url)).verdict).toBe('pass');
    const statuses: number[] = [];
    const image = readFileSync(join(root, 'examples/smoke/images/invoice-en.png'));
    for (let i = 0; i < 60; i++) statuses.push((await fetch(url, { method: 'POST', body: image })).status);
    expect(statuses.filter((status) => status === 500).length).toBeGreaterThan(3);
  }, 300_000);
});

/** Skipped unless HELD_OUT names a folder that `python3 examples/smoke/render.py FOLDER` has filled. */
const held = process.env.HELD_OUT ?? '';
(held ? test : test.skip)(
  'reads images that are not in the repository',
  async () => {
    const url = await start('good');
    const names = ['0-en', '0-ko', '1-en', '1-ko', '2-en', '2-ko'];
    const suite = 'suite.yaml';
    writeFileSync(
      join(held, suite),
      `version: 1\ncases:\n${names.map((name) => `  - {image: held-out-${name}.png, expect: {text_file: held-out-${name}.txt}}`).join('\n')}\n`,
    );
    const result = await smokeTest(smokePorts(held), { suite, target: { url } });
    expect(result.cases.map((item) => [item.name, item.status])).toEqual(
      names.map((name) => [`held-out-${name}.png`, 'passed']),
    );
  },
  300_000,
);

describe('for each preset, a broken build fails it', () => {
  const cases: [VariantName, string][] = [
    ['stack-trace', 'corrupt-then-good'],
    ['dies-on-corrupt', 'corrupt-then-good'],
    ['empty-is-ok', 'empty-body'],
    ['reads-anything', 'wrong-type'],
    ['no-limit', 'too-large'],
    ['not-deterministic', 'deterministic'],
    ['mixes-up', 'concurrent-equals-serial'],
  ];
  test.each(cases)(
    '%s fails %s',
    async (variant, preset) => {
      const result = await run(suiteOf(`presets: [${preset}]`), await start(variant));
      expect(result.cases.map((item) => [item.name, item.status])).toEqual([
        ['invoice', 'passed'],
        [preset, 'failed'],
      ]);
    },
    300_000,
  );

  test('decodes-bombs fails pixel-bomb within its time limit', async () => {
    const url = await start('decodes-bombs');
    const started = Date.now();
    const result = await run(suiteOf('presets: [{preset: pixel-bomb, pixels: 20000, within: 1s}]'), url);
    expect(failed(result)).toEqual(['pixel-bomb']);
    // The bomb keeps the function busy for long. The run ends within the limits of its calls: the case, the bomb, and the
    // good image after it.
    const limits = caseSeconds + 1 + caseSeconds;
    expect(Date.now() - started).toBeLessThan((limits + 4) * 1000);
  }, 300_000);

  test('slow-start fails cold-start', async () => {
    const result = await run(
      suiteOf('presets: [{preset: cold-start, within: 1s}]'),
      await start('slow-start'),
    );
    expect(failed(result)).toEqual(['cold-start']);
  }, 300_000);

  const denials: [VariantName, string[]][] = [
    ['good', ['denies-anonymous', 'denies-access-token', 'denies-wrong-audience', 'denies-expired-token']],
    ['any-bearer', ['denies-access-token', 'denies-wrong-audience', 'denies-expired-token']],
    ['any-audience', ['denies-wrong-audience']],
    ['ignores-expiry', ['denies-expired-token']],
    [
      'answers-anyway',
      ['denies-anonymous', 'denies-access-token', 'denies-wrong-audience', 'denies-expired-token'],
    ],
  ];
  test.each(denials)(
    '%s fails %j',
    async (variant, wanted) => {
      const presets =
        'presets: [denies-anonymous, denies-access-token, denies-wrong-audience, denies-expired-token]';
      const result = await run(suiteOf(presets), await start(variant), { audience });
      expect(failed(result)).toEqual(wanted);
      const anonymous = result.cases.find((item) => item.name === 'denies-anonymous')?.failures[0]?.what;
      if (variant === 'answers-anyway') expect(anonymous).toContain('the body contains the text');
    },
    300_000,
  );
});

test('a build that crashes at its start never listens, and its output says why', async () => {
  await expect(start('crash-at-start')).rejects.toThrow('The configuration is missing.');
}, 300_000);

describe('bad input to the example', () => {
  const image = () => readFileSync(join(root, 'examples/smoke/images/invoice-en.png'));
  const json = { 'content-type': 'application/json' };
  test('every bad request gets a 4xx with JSON, and the function still reads the next good image', async () => {
    const url = await start('good');
    const flipped = image();
    flipped[flipped.length >> 1] = (flipped[flipped.length >> 1] as number) ^ 0x10;
    const bad: [number, RequestInit][] = [
      [405, { method: 'GET' }],
      [405, { method: 'DELETE' }],
      [400, { method: 'POST' }],
      [400, { method: 'POST', headers: json, body: '{bad' }],
      [400, { method: 'POST', headers: json, body: '{}' }],
      [400, { method: 'POST', headers: json, body: 'null' }],
      [400, { method: 'POST', headers: json, body: '{"requests":[{"image":{"content":"%%%"}}]}' }],
      [
        400,
        {
          method: 'POST',
          headers: json,
          body: '{"requests":[{"image":{"source":{"imageUri":"http://169.254.169.254/"}}}]}',
        },
      ],
      [415, { method: 'POST', headers: { 'content-type': 'text/plain; charset=klingon' }, body: 'x' }],
      [
        415,
        { method: 'POST', headers: { 'content-type': 'image/png', 'content-encoding': 'gzip' }, body: 'x' },
      ],
      [415, { method: 'POST', body: '<svg xmlns="http://www.w3.org/2000/svg"/>' }],
      [400, { method: 'POST', headers: { 'content-type': 'multipart/form-data' }, body: 'x' }],
      [422, { method: 'POST', body: image().subarray(0, 1000) }],
      [422, { method: 'POST', body: flipped }],
      [
        422,
        {
          method: 'POST',
          body: readFileSync(join(root, 'examples/smoke/images/invoice-en.jpg')).subarray(0, 4000),
        },
      ],
      [413, { method: 'POST', body: Buffer.alloc(21 * 1024 * 1024) }],
    ];
    for (const [status, init] of bad) {
      const answer = await fetch(url, init);
      const body = (await answer.json()) as { error: { code: number; message: string } };
      expect([answer.status, init.body]).toEqual([status, init.body]);
      expect(answer.headers.get('content-type')).toContain('application/json');
      expect(body.error.code).toBe(status);
      expect(JSON.stringify(body)).not.toMatch(/ at |node_modules|\.js/);
      if (status === 405) expect(answer.headers.get('allow')).toBe('POST');
    }
    const good = (await (await fetch(url, { method: 'POST', body: image() })).json()) as {
      text: string;
      confidence: number;
    };
    expect(good.text).toBe('INVOICE 2026-001\nTOTAL 128.40');
    expect(good.confidence).toBeGreaterThan(0.8);
  }, 300_000);

  test('with a full queue the function answers 429 with Retry-After and keeps working', async () => {
    const url = await start('good');
    const body = image();
    const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(url, { method: 'POST', body })));
    const statuses = answers.map((answer) => answer.status);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(32);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
    expect(answers.find((answer) => answer.status === 429)?.headers.get('retry-after')).toBe('1');
    expect((await fetch(url, { method: 'POST', body })).status).toBe(200);
  }, 300_000);
});
