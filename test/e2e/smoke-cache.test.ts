import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from '@jest/globals';
import { closeConnections } from '../../src/http/send.ts';
import { smokeTest } from '../../src/steps/smoke/smoke-test.ts';
import { type VariantName, writeVariant } from '../support/ocr-variants.ts';
import { type RunningFunction, startFunction } from '../support/run-function.ts';
import { smokePorts } from '../support/smoke-ports.ts';

/** Runs the real example function with its cache, and builds of it whose key lacks one part. */
const suite = 'examples/smoke/cached.smoke.yaml';
const folder = mkdtempSync(join(tmpdir(), 'bs-cache-'));
const running: RunningFunction[] = [];

const start = async (name: VariantName, env: Record<string, string>) => {
  const build = writeVariant(name, mkdtempSync(join(folder, 'build-')));
  const started = await startFunction(build, env);
  running.push(started);
  return { url: started.url };
};

afterEach(async () => {
  closeConnections();
  for (const started of running.splice(0)) await started.stop();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const preset = (result: Awaited<ReturnType<typeof smokeTest>>) =>
  result.cases.find(({ kind }) => kind === 'preset');

test('the example with a cache passes, also beside a revision with another model that shares the cache', async () => {
  const cache = mkdtempSync(join(folder, 'shared-'));
  const champion = await start('cached', { OCR_CACHE: cache, MODEL_VERSION: '1' });
  const target = await start('cached', { OCR_CACHE: cache, MODEL_VERSION: '2' });
  const result = await smokeTest(smokePorts(), { suite, target, champion });
  expect(preset(result)).toMatchObject({ status: 'passed', failures: [] });
  expect(result.verdict).toBe('pass');
  // Three cold, three of each model: the repeated ones came from the cache.
  expect(readdirSync(cache)).toHaveLength(2 + 3 + 3 + 3);
}, 300_000);

test('a build whose key lacks the language fails cache-correct, and only that', async () => {
  const target = await start('cached-without-language', {});
  const result = await smokeTest(smokePorts(), { suite, target });
  expect(result.cases.filter(({ status }) => status !== 'passed')).toEqual([preset(result)]);
  expect(preset(result)?.status).toBe('failed');
  expect(preset(result)?.failures[0]?.what).toContain('English only got the answer of Korean and English');
}, 300_000);
