import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { recordAnnotation } from '../../../src/domain/product.ts';
import { parseRecord } from '../../../src/domain/traffic/parse-record.ts';
import {
  addFailed,
  closeRecord,
  formatRecord,
  type ReleaseRecord,
  withRecord,
} from '../../../src/domain/traffic/record.ts';
import { latestType, revisionType } from '../../../src/domain/traffic/traffic.ts';

const sample: ReleaseRecord = {
  v: 1,
  id: 'a1b2c3d4',
  repository: 'acme/ocr',
  run: '1001',
  attempt: 1,
  job: '77',
  phase: 'canary',
  before: [{ type: latestType, percent: 100 }],
  before_revision: 'ocr-api-00001-aaa',
  wrote: [
    { type: revisionType, revision: 'ocr-api-00001-aaa', percent: 90 },
    { type: revisionType, revision: 'ocr-api-00002-bbb', percent: 10, tag: 'bs-c' },
  ],
  candidate: 'ocr-api-00002-bbb',
  commit: '7f3c9a1',
  stable_commit: '0d9e1f2',
  stable: 'ocr-api-00001-aaa',
  failed: ['ocr-api-00000-zzz'],
  function_update_time: '2026-11-22T10:00:00.123456Z',
  marks: { 'backstay-source': '1f2e3d' },
  gateway: {
    name: 'projects/p/locations/us-central1/gateways/front',
    from: 'projects/p/locations/global/apis/ocr/configs/r-0123456789ab',
    to: 'projects/p/locations/global/apis/ocr/configs/r-ba9876543210',
  },
  expires: '2026-11-22T12:00:00Z',
};

describe('the record', () => {
  test('survives writing and reading', () => {
    expect(parseRecord(formatRecord(sample))).toEqual({ kind: 'record', record: sample });
    const first = { ...sample, job: undefined, before: [], before_revision: undefined, stable: undefined };
    expect(parseRecord(formatRecord(first))).toEqual({ kind: 'record', record: first });
  });

  test.each([
    ['nothing', undefined, 'none'],
    ['an empty value', '', 'none'],
    ['no JSON', '{', 'broken'],
    ['a list', '[]', 'broken'],
    ['null', 'null', 'broken'],
    ['another format', '{"v":"1"}', 'broken'],
    ['a later version', '{"v":2,"phase":"whatever"}', 'newer'],
    ['an unknown phase', JSON.stringify({ ...sample, phase: 'x' }), 'broken'],
    ['an invalid revision name', JSON.stringify({ ...sample, candidate: '../x' }), 'broken'],
    [
      'a percentage above 100',
      JSON.stringify({ ...sample, before: [{ revision: 'a', percent: 101 }] }),
      'broken',
    ],
    [
      'half of the traffic to put back',
      JSON.stringify({ ...sample, before: [{ type: latestType, percent: 50 }] }),
      'broken',
    ],
    [
      'traffic of another revision to put back',
      JSON.stringify({ ...sample, before: [{ revision: 'ocr-api-00009-eee', percent: 100 }] }),
      'broken',
    ],
    ['an expiry that is not a time', JSON.stringify({ ...sample, expires: '2026-13-99T99' }), 'broken'],
    ['labels that are not valid', JSON.stringify({ ...sample, marks: { a: 'b\nc' } }), 'broken'],
    ['a repository with a path', JSON.stringify({ ...sample, repository: 'a/b/../../c' }), 'broken'],
    ['a megabyte', `{"v":1,"id":"${'x'.repeat(1e6)}"}`, 'broken'],
  ])('%s', (_, text, kind) => {
    expect(parseRecord(text).kind).toBe(kind);
  });

  test('any value is read without an exception, and only checked fields come through', () => {
    const field = fc.constantFrom(...Object.keys(sample));
    void fc.assert(
      fc.property(field, fc.jsonValue(), (name, value) => {
        const parsed = parseRecord(JSON.stringify({ ...sample, [name]: value }));
        if (parsed.kind !== 'record') return;
        expect(parsed.record.failed.length).toBeLessThanOrEqual(5);
        expect(Number.isNaN(Date.parse(parsed.record.expires))).toBe(false);
        for (const target of [...parsed.record.before, ...parsed.record.wrote])
          expect(target.type === latestType || typeof target.revision === 'string').toBe(true);
      }),
    );
    void fc.assert(
      fc.property(fc.string(), (text) => ['none', 'broken', 'newer'].includes(parseRecord(text).kind)),
    );
  });

  test('other annotations stay', () => {
    expect(withRecord({ mine: 'x', [recordAnnotation]: 'old' }, sample)).toEqual({
      mine: 'x',
      [recordAnnotation]: formatRecord(sample),
    });
  });

  test('a closed record keeps the stable revision and the failed ones', () => {
    const end = { wrote: [], expires: sample.expires };
    expect(closeRecord(sample, { ...end, failed: 'ocr-api-00002-bbb' }).failed).toEqual([
      'ocr-api-00002-bbb',
      'ocr-api-00000-zzz',
    ]);
    const good = closeRecord({ ...sample, failed: ['x', 'y'] }, { ...end, stable: 'y' });
    expect([good.stable, good.failed, good.phase]).toEqual(['y', ['x'], 'closed']);
    expect(addFailed(['a', 'b', 'c', 'd', 'e'], 'c')).toEqual(['c', 'a', 'b', 'd', 'e']);
    expect(addFailed(['a', 'b', 'c', 'd', 'e'], 'f')).toEqual(['f', 'a', 'b', 'c', 'd']);
  });
});
