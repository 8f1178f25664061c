import { describe, expect, test } from '@jest/globals';
import { smokeSummary } from '../../../src/domain/summary/smoke/section.ts';
import type { SmokeRequest } from '../../../src/steps/smoke/ports.ts';
import { smokeTest } from '../../../src/steps/smoke/smoke-test.ts';
import { chooseChampion } from '../../../src/steps/smoke/target.ts';
import { smokePorts } from '../../support/smoke-ports.ts';

const expected = '0123456789';
/** The expected text with so many wrong characters. */
const wrong = (errors: number) => 'X'.repeat(errors) + expected.slice(errors);

interface World {
  images?: number;
  /** Errors of the candidate and of the champion on the image with this number; undefined: no answer but a 500. */
  candidate: (image: number) => number | undefined;
  champion: (image: number) => number | undefined;
  request?: Partial<SmokeRequest>;
  allowed?: number;
}

/** A suite of addresses, and two revisions that answer them at URLs of their own. */
async function play({ images = 12, candidate, champion, request, allowed = 0.01 }: World) {
  const cases = Array.from(
    { length: images },
    (_, i) =>
      `  - {name: "image ${i}", image: "https://h/${i}.png", expect: {text: "${expected}", max_cer: 1}}`,
  );
  const suite = `version: 1\nchampion: {max_worse: ${allowed}}\ncases:\n${cases.join('\n')}\n`;
  const sent: { host: string; token: string | undefined }[] = [];
  const ports = smokePorts(undefined, {
    http: {
      send: async ({ url, body, token }) => {
        const { hostname } = new URL(url);
        sent.push({ host: hostname, token });
        const text = body && 'parts' in body ? body.parts.join('') : '';
        const image = Number(/h\/(\d+)\.png/.exec(text)?.[1]);
        const errors = hostname === 'new.example' ? candidate(image) : champion(image);
        const answer = { headers: { 'content-type': 'application/json' }, truncated: false, garbled: false };
        const [status, value] =
          errors === undefined ? [500, { error: 'no' }] : [200, { text: wrong(errors) }];
        return { answer: { ...answer, status, body: JSON.stringify(value), milliseconds: 3 } };
      },
    },
    files: { read: async () => Buffer.from(suite) },
    tokens: { idToken: async (audience) => `token for ${audience}` },
  });
  const result = await smokeTest(ports, {
    suite: 'x.yaml',
    target: { url: 'https://new.example', audience: 'https://live.example' },
    champion: { url: 'https://live.example', audience: 'https://live.example', revision: 'ocr-7' },
    ...request,
  });
  const check = result.cases.find(({ kind }) => kind === 'champion');
  return { result, check, sent, summary: smokeSummary(result.evidence).join('\n') };
}

describe('beside the revision that serves', () => {
  test('a candidate that reads alike passes, and each image went to both with the same token', async () => {
    const { result, check, sent, summary } = await play({ candidate: () => 1, champion: () => 1 });
    expect([result.verdict, check?.status]).toEqual(['pass', 'passed']);
    const champion = sent.filter(({ host }) => host === 'live.example');
    expect(champion).toHaveLength(12);
    expect(new Set(sent.map(({ token }) => token))).toEqual(new Set(['token for https://live.example']));
    expect(summary).toContain('#### Beside `ocr-7`: ✅ no worse than allowed');
    expect(summary).toContain('| 12 | CER 10.00 % | CER 10.00 % | 0.00 (90 %: 0.00 to 0.00) | 1.00 |');
  });

  test('one that reads worse fails at its line, although every case keeps its threshold', async () => {
    const { result, check, summary } = await play({
      candidate: (image) => 2 + (image % 2),
      champion: () => 1,
    });
    expect([result.verdict, check?.status]).toEqual(['fail', 'failed']);
    expect(result.findings).toMatchObject([{ rule: 'smoke-champion', line: 2, severity: 'high' }]);
    expect(result.reason).toContain(
      'CER 25.00 %, and 10.00 % by ocr-7 on the same 12 images: 15.00 points more',
    );
    expect(summary).toContain('❌ worse');
    expect(summary).toContain('| image 1 | 30.00 % | 10.00 % |');
  });

  test('chance decides nothing: the result says how many images would', async () => {
    const { result, check, summary } = await play({
      candidate: (image) => (image % 3 === 0 ? 2 : 1),
      champion: (image) => (image % 4 === 0 ? 2 : 1),
    });
    expect([result.verdict, check?.status]).toEqual(['inconclusive', 'error']);
    expect(result.reason).toContain('could not be decided: champion');
    expect(check?.note).toMatch(/too few images to tell, about \d+ like these would be enough/);
    expect(result.findings).toMatchObject([{ rule: 'smoke-unknown', title: 'champion: too little to tell' }]);
    expect(summary).toContain('⚠️ too few images to tell');
  });

  test('an image that one of them did not answer is left out, and counted', async () => {
    const { check, result } = await play({
      images: 14,
      candidate: () => 1,
      champion: (image) => (image < 2 ? undefined : 1),
    });
    expect(check).toMatchObject({
      status: 'passed',
      note: expect.stringContaining('2 more could not be compared'),
    });
    expect(result.evidence.champion).toMatchObject({ images: 12, left: 2 });
  });

  test('a champion that never answers is no evidence for or against the candidate', async () => {
    const { check } = await play({ candidate: () => 0, champion: () => undefined });
    expect(check).toMatchObject({ status: 'error' });
    expect(check?.note).toContain('12 left out');
  });

  test('one that reads none of ten images gets no more requests, and nothing is said about rates', async () => {
    const { check, sent, result, summary } = await play({
      images: 14,
      candidate: () => 0,
      champion: () => undefined,
    });
    expect(sent.filter(({ host }) => host === 'live.example')).toHaveLength(10);
    expect(check?.note).toBe(
      'No image was read by both this revision and ocr-7, so there is nothing to compare: 14 left out.',
    );
    expect(result.findings[0]?.fix).toContain('Read the logs of ocr-7');
    expect(summary).toContain('#### Beside `ocr-7`: ⚠️ nothing to compare');
    expect(summary).not.toContain('100.00');
  });

  test('a candidate that reads nothing sends the champion nothing, and is what must be repaired', async () => {
    const { check, sent, result } = await play({ candidate: () => undefined, champion: () => 1 });
    expect(sent.filter(({ host }) => host === 'live.example')).toEqual([]);
    expect(check?.note).toContain('0 left out');
    expect(result.findings.at(-1)?.fix).toContain('Repair the other checks first');
  });

  test('one that fails on the first images only is compared on the others', async () => {
    const { result } = await play({
      images: 20,
      candidate: () => 1,
      champion: (image) => (image < 9 ? undefined : 1),
    });
    expect(result.evidence.champion).toMatchObject({ verdict: 'pass', images: 11, left: 9 });
  });

  test('without a revision that serves it says so, and the rest decides', async () => {
    const { result, check, sent } = await play({
      candidate: () => 0,
      champion: () => 0,
      request: { champion: undefined, noChampion: 'no revision serves yet' },
    });
    expect([result.verdict, check?.status, check?.note]).toEqual([
      'pass',
      'skipped',
      'Not compared: no revision serves yet.',
    ]);
    expect(sent.every(({ host }) => host === 'new.example')).toBe(true);
  });
});

describe('the champion of a service', () => {
  const service = (statuses: { revision: string; percent?: number; uri?: string }[]) =>
    ({
      name: 'projects/p/locations/l/services/ocr',
      uri: 'https://live',
      urls: [],
      trafficStatuses: statuses,
    }) as never;
  test.each([
    [
      'the one with all traffic, at the live URL',
      [
        { revision: 'a', percent: 100 },
        { revision: 'b', uri: 'https://tag-b' },
      ],
      'b',
      'https://live',
    ],
    [
      'of a split, the larger one by its tag',
      [
        { revision: 'a', percent: 60 },
        { revision: 'b', percent: 40 },
        { revision: 'a', uri: 'https://tag-a' },
      ],
      'b',
      'https://tag-a',
    ],
    [
      'of a split without a tag, none',
      [
        { revision: 'a', percent: 60 },
        { revision: 'b', percent: 40 },
      ],
      'b',
      'a has no URL of its own while others serve too',
    ],
    [
      'one that has its traffic in two parts, at the live URL',
      [
        { revision: 'a', percent: 50 },
        { revision: 'a', percent: 50 },
        { revision: 'b', uri: 'https://tag-b' },
      ],
      'b',
      'https://live',
    ],
    [
      'of three parts, the revision with the largest sum',
      [
        { revision: 'a', percent: 30 },
        { revision: 'a', percent: 30, uri: 'https://tag-a' },
        { revision: 'b', percent: 40, uri: 'https://tag-b' },
      ],
      'c',
      'https://tag-a',
    ],
    ['the tested one serves', [{ revision: 'a', percent: 100 }], 'a', 'a is the revision that serves'],
    ['nothing serves', [], 'b', 'no revision serves'],
    [
      'an unknown revision was tested',
      [{ revision: 'a', percent: 100 }],
      undefined,
      'several revisions answer at the tested URL',
    ],
  ])('%s', (_, statuses, tested, wanted) => {
    const found = chooseChampion(service(statuses), tested);
    expect(found.target?.url ?? found.why).toBe(wanted);
    if (found.target) expect(found.target.audience).toBe('https://live');
  });
});
