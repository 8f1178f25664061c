import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseFilter } from '../../sandbox/logs/filter.ts';

const entry = {
  insertId: 'abc123',
  logName: 'projects/p/logs/run.googleapis.com%2Frequests',
  timestamp: '2026-11-22T10:00:00.123456Z',
  receiveTimestamp: '2026-11-22T10:00:02Z',
  severity: 'ERROR',
  resource: { type: 'cloud_run_revision', labels: { service_name: 'ocr', revision_name: 'ocr-00002-abc' } },
  labels: { 'goog-managed-by': 'cloudfunctions' },
  httpRequest: { status: 503, requestMethod: 'POST', latency: '0.250000000s', userAgent: 'Guard/1 (probe)' },
  textPayload: 'The request failed',
};
const matches = (filter: string) => parseFilter(filter)(entry);

describe('filters that match', () => {
  test.each([
    [''],
    ['   '],
    ['severity=ERROR'],
    ['severity>=WARNING AND severity<CRITICAL'],
    ['resource.type="cloud_run_revision" resource.labels.service_name="ocr"'],
    ['resource.labels.service_name="OCR"'],
    ['resource.labels.revision_name=("ocr-00001-zzz" OR "ocr-00002-abc")'],
    ['httpRequest.status>=500'],
    ['http_request.status=503'],
    ['log_name="projects/p/logs/run.googleapis.com%2Frequests"'],
    ['httpRequest.latency>"0.2s" httpRequest.latency<=0.25s'],
    ['timestamp>="2026-11-22T10:00:00.123456Z"'],
    ['timestamp>"2026-11-22T10:00:00.123455999Z"'],
    ['timestamp<2026-11-22T10:00:01Z'],
    ['timestamp>="2026-11-22"'],
    ['timestamp="2026-11-22T12:00:00.123456+02:00"'],
    ['labels."goog-managed-by"="cloudfunctions"'],
    ['labels:goog-managed-by'],
    ['httpRequest.userAgent:"guard/1"'],
    ['httpRequest.userAgent=~"^Guard/\\d"'],
    ['httpRequest.userAgent!~"^Mozilla"'],
    ['"request failed"'],
    ['failed'],
    ['NOT severity=INFO'],
    ['-severity=INFO'],
    ['insertId:*'],
    ['httpRequest.cacheHit=""'],
    ['sample(insertId, 1)'],
    ["textPayload:'request'"],
    ['severity=ERROR -- a comment\nhttpRequest.status=503'],
    ['severity=INFO OR severity=ERROR AND httpRequest.status=503'],
  ])('%s', (filter) => expect(matches(filter)).toBe(true));
});

describe('filters that do not match', () => {
  test.each([
    ['severity<ERROR'],
    ['resource.labels.revision_name="ocr-00001-zzz"'],
    ['resource.labels.nothing!="x"'],
    ['jsonPayload.message:"x"'],
    ['jsonPayload.code!=1'],
    ['httpRequest.status!=503'],
    ['httpRequest.status<99'],
    ['timestamp>"2026-11-22T10:00:00.123456Z"'],
    ['NOT "request failed"'],
    ['spanId:*'],
    ['sample(insertId, 0)'],
    // OR binds tighter than AND in this language: (ERROR or INFO) and INFO.
    ['severity=ERROR OR severity=INFO AND severity=INFO'],
    ['httpRequest.userAgent=~"^guard"'],
  ])('%s', (filter) => expect(matches(filter)).toBe(false));
});

describe('filters that are refused', () => {
  test.each([
    ['revision="x"'],
    ['httpRequest.code=500'],
    ['severity='],
    ['severity=ERROR AND'],
    ['OR severity=ERROR'],
    ['(severity=ERROR'],
    ['severity=ERROR)'],
    ['"open'],
    ['timestamp>"yesterday"'],
    ['severity>=LOUD'],
    ['httpRequest.status="many"'],
    ['sample(insertId, 2)'],
    ['= 5'],
  ])('%s', (filter) => expect(() => matches(filter)).toThrow(/Unparseable filter/));
});

test('every filter is either read or refused with 400', () => {
  const piece = fc.constantFrom(
    'severity',
    '=',
    '"x"',
    'AND',
    'OR',
    'NOT',
    '(',
    ')',
    ':',
    '>=',
    'timestamp',
    '-',
    'labels.a',
    '\\',
    ',',
    '~',
    '5',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
      try {
        expect(typeof matches(pieces.join(' '))).toBe('boolean');
      } catch (error) {
        expect((error as Error).message).toMatch(/Unparseable filter/);
      }
    }),
  );
});

test('any string survives quoting', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const own = { ...entry, textPayload: text };
      const quoted = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
      expect(parseFilter(`textPayload="${quoted}"`)(own)).toBe(true);
    }),
  );
});

test('sample takes about its fraction, and the same entries each time', () => {
  const sampled = parseFilter('sample(insertId, 0.25)');
  const ids = Array.from({ length: 2000 }, (_, i) => ({ insertId: `id${i}` }));
  const taken = ids.filter(sampled);
  expect(taken.length).toBeGreaterThan(400);
  expect(taken.length).toBeLessThan(600);
  expect(ids.filter(sampled)).toEqual(taken);
});
