import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { SuiteError } from '../../../src/steps/smoke/read-suite.ts';
import { smokeTest } from '../../../src/steps/smoke/smoke-test.ts';
import { createSuiteProbes } from '../../../src/steps/smoke/suite-probes.ts';
import { root, smokePorts } from '../../support/smoke-ports.ts';

const image = readFileSync(join(root, 'examples/smoke/images/invoice-en.png'));
const target = { url: 'https://f.example' };
const suite = (rest: string) => `version: 1\ncases:\n  - {name: invoice, image: a.png, ${rest}}\n`;

/** A function that caches by content, with a cache that `before` has filled, and reads every other image as `now`. */
function cachingFunction(text: string, { before, now }: { before: string; now: string }) {
  const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const cache = new Map([[hash(image), before]]);
  const seen: string[] = [];
  const ports = smokePorts(undefined, {
    http: {
      send: async ({ body }) => {
        const key = hash(Buffer.concat([...(body && 'image' in body ? body.image : [])]));
        seen.push(key);
        const found = cache.get(key) ?? now;
        cache.set(key, found);
        const headers = { 'content-type': 'application/json' };
        const answer = { status: 200, headers, body: JSON.stringify({ text: found }) };
        return { answer: { ...answer, truncated: false, garbled: false, milliseconds: 3 } };
      },
    },
    files: {
      read: async (path) =>
        path.endsWith('.yaml') ? Buffer.from(text) : path.endsWith('.txt') ? Buffer.from('Hello') : image,
    },
  });
  return { ports, seen };
}

const stale = { before: 'TOTAL 128.40', now: 'T0TAL I28.4O' };
const expectation = 'expect: {text: TOTAL 128.40}';

test('a release that reads wrongly passes with the old answers of a cache, and fails if the images are fresh', async () => {
  const old = cachingFunction(suite(expectation), stale);
  expect((await smokeTest(old.ports, { suite: 'x.yaml', target })).verdict).toBe('pass');
  const fresh = cachingFunction(suite(`fresh: true, ${expectation}`), stale);
  expect((await smokeTest(fresh.ports, { suite: 'x.yaml', target })).verdict).toBe('fail');
});

test('every request of a fresh case has bytes of its own: warm-up, case, presets, latency and probes', async () => {
  const rest =
    'presets: [deterministic, {preset: concurrent-equals-serial, times: 4}]\nlatency: {samples: 3}\n';
  const good = { before: 'TOTAL 128.40', now: 'TOTAL 128.40' };
  const { ports, seen } = cachingFunction(`${suite(expectation)}defaults: {fresh: true}\n${rest}`, good);
  const result = await smokeTest(ports, { suite: 'x.yaml', target });
  expect(result.verdict).toBe('pass');
  const probes = createSuiteProbes(ports, { suite: 'x.yaml', targets: { candidate: target } });
  expect(await probes.probe('candidate')).toMatchObject({ bad: false });
  expect(seen).toHaveLength(2 + 5 + 5 + 3 + 1);
  expect(new Set(seen).size).toBe(seen.length);
});

test.each([
  ['image/jpeg', [0xff, 0xd8, 0xff, 0xdb, 0, 4, 1, 1, 0xff, 0xd9]],
  ['image/webp', [...Buffer.from('RIFF'), 4, 0, 0, 0, ...Buffer.from('WEBP')]],
  ['image/gif', [...Buffer.from('GIF87a'), 1, 0, 1, 0, 0, 0, 0, 0x3b]],
])('the content type stays %s, however short the first piece is', async (type, bytes) => {
  const types: (string | undefined)[] = [];
  const ports = smokePorts(undefined, {
    http: {
      send: async ({ headers }) => {
        types.push(headers['content-type']);
        return { none: { cause: 'reset', what: 'no answer', milliseconds: 1 } };
      },
    },
    files: {
      read: async (path) =>
        path.endsWith('.yaml') ? Buffer.from(suite('fresh: true, retries: 0')) : Uint8Array.from(bytes),
    },
  });
  await smokeTest(ports, { suite: 'x.yaml', target });
  expect(new Set(types)).toEqual(new Set([type]));
});

test('a case may be left out, and then sends its image as it is', async () => {
  const { ports, seen } = cachingFunction(
    `${suite(`fresh: false, ${expectation}`)}defaults: {fresh: true}\n`,
    stale,
  );
  await smokeTest(ports, { suite: 'x.yaml', target });
  expect(new Set(seen)).toEqual(new Set([createHash('sha256').update(image).digest('hex')]));
});

test.each([
  ['image: "https://example.com/a.png", fresh: true', 'this case sends only its address'],
  [
    'image: b.txt, fresh: true',
    'b.txt cannot be sent with other bytes and the same pixels: fresh knows PNG, JPEG',
  ],
  [
    'image: a.png, fresh: true, request: {template: {a: "{{name}}"}}',
    'the template of this case does not send them',
  ],
])('%s is refused before anything is sent', async (item, why) => {
  const { ports, seen } = cachingFunction(`version: 1\ncases:\n  - {${item}}\n`, stale);
  const error = await smokeTest(ports, { suite: 'x.yaml', target }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(SuiteError);
  expect((error as SuiteError).problems).toMatchObject([{ line: 3, message: expect.stringContaining(why) }]);
  expect(seen).toEqual([]);
});
