import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { CaseResult } from '../../../src/domain/smoke/results/result.ts';
import { smokeTest } from '../../../src/steps/smoke/smoke-test.ts';
import { root, smokePorts } from '../../support/smoke-ports.ts';

/** corrupt-then-good against functions that keep failures in their cache, with the key of the example or with a part of it. */

const { keyOf } = createRequire(import.meta.url)(join(root, 'examples/ocr-node/cache.js')) as {
  keyOf: (image: Uint8Array, options: { language: string; characters: string }, model: string) => string;
};
const png = readFileSync(join(root, 'examples/smoke/images/mixed.png'));
const isWhole = (image: Buffer) => image.subarray(-8, -4).toString('latin1') === 'IEND';
const suiteOf = (fresh: boolean) => `version: 1
defaults: {fresh: ${fresh}}
cases:
  - {name: mixed, image: a.png, expect: {text: TOTAL}}
presets: [corrupt-then-good]
`;

interface World {
  /** What of the image is in the key. Undefined: there is no cache. */
  part?: (image: Buffer) => Uint8Array;
  /** True if answers other than 200 are kept too. */
  keepsFailures?: boolean;
  fresh?: boolean;
}

async function play({ part, keepsFailures = false, fresh = true }: World): Promise<CaseResult> {
  const cache = new Map<string, { status: number; body: string }>();
  const ports = smokePorts(undefined, {
    http: {
      send: async ({ body: sent }) => {
        const image = Buffer.concat([...(sent && 'image' in sent ? sent.image : [])]);
        const key = part && keyOf(part(image), { language: 'eng', characters: '' }, '1');
        const known = key === undefined ? undefined : cache.get(key);
        const read = isWhole(image)
          ? { status: 200, body: JSON.stringify({ text: 'TOTAL' }) }
          : { status: 400, body: JSON.stringify({ error: 'no image' }) };
        const answer = known ?? read;
        if (key !== undefined && (answer.status === 200 || keepsFailures)) cache.set(key, answer);
        const headers = { 'content-type': 'application/json' };
        return { answer: { ...answer, headers, truncated: false, garbled: false, milliseconds: 3 } };
      },
    },
    files: { read: async (path) => (path.endsWith('.yaml') ? Buffer.from(suiteOf(fresh)) : png) },
  });
  const result = await smokeTest(ports, { suite: 'x.yaml', target: { url: 'https://new.example' } });
  return result.cases.find(({ kind }) => kind === 'preset') as CaseResult;
}

/** A hash of the first bytes only, as it is written to save time with large images. */
const beginning = (image: Buffer) => image.subarray(0, 256);

test.each<[string, World]>([
  ['no cache', {}],
  ['the whole content in the key, and no failure kept', { part: (image) => image }],
  ['the whole content in the key, and failures kept', { part: (image) => image, keepsFailures: true }],
  ['a part in the key, and no failure kept', { part: beginning }],
  ['an image that is not fresh', { part: (image) => image, keepsFailures: true, fresh: false }],
])('%s passes', async (_, world) => {
  expect(await play(world)).toMatchObject({ status: 'passed', failures: [] });
});

test('a failure that is kept under a part of the content is served for the good image, and told so', async () => {
  const { status, failures } = await play({ part: beginning, keepsFailures: true });
  expect(status).toBe('failed');
  expect(failures.map(({ what }) => what)).toEqual([
    expect.stringMatching(
      /^After a corrupt image, a good image failed: .*400.* a failure is kept in a cache whose key lacks the whole content\.$/s,
    ),
  ]);
});

test('a key without any content keeps the good answer for the corrupt image', async () => {
  const { status, failures } = await play({ part: () => Buffer.alloc(0), keepsFailures: true });
  expect(status).toBe('failed');
  expect(failures[0]?.what).toContain('a corrupt image');
});
