import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/domain/data/json.ts';
import { conditionText, fieldPattern, judgeField, type LogField } from '../../../src/domain/slo/log-field.ts';
import { objectiveTitle } from '../../../src/domain/slo/objective.ts';
import { parseOpenSlo } from '../../../src/domain/slo/openslo.ts';

const confidence = { field: 'jsonPayload.ocr.confidence', below: 0.6 };
const text = { field: 'jsonPayload.ocr.text', empty: true } as const;
const engine = { field: 'jsonPayload.engine', equals: 'fallback' };

test.each<[LogField, JsonObject, string]>([
  [confidence, { ocr: { confidence: 0.59 } }, 'bad'],
  [confidence, { ocr: { confidence: 0.6 } }, 'good'],
  [confidence, { ocr: { confidence: 0 } }, 'bad'],
  [confidence, { ocr: { confidence: '0.9' } }, 'wrong'],
  [confidence, { ocr: { confidence: null } }, 'wrong'],
  [confidence, { ocr: { confidence: [0.9] } }, 'wrong'],
  [confidence, { ocr: { confidence: true } }, 'wrong'],
  [confidence, { ocr: {} }, 'absent'],
  [confidence, { ocr: 0.9 }, 'absent'],
  [confidence, { 'ocr.confidence': 0.9 }, 'absent'],
  [confidence, {}, 'absent'],
  [{ field: 'jsonPayload.pages.left', above: 3 }, { pages: { left: 4 } }, 'bad'],
  [{ field: 'jsonPayload.pages.left', above: 3 }, { pages: { left: 3 } }, 'good'],
  [text, { ocr: { text: '' } }, 'bad'],
  [text, { ocr: { text: ' \n\t' } }, 'bad'],
  [text, { ocr: { text: '한' } }, 'good'],
  [text, { ocr: { text: [] } }, 'bad'],
  [text, { ocr: { text: ['a'] } }, 'good'],
  [text, { ocr: { text: 0 } }, 'wrong'],
  [text, { ocr: { text: null } }, 'wrong'],
  [engine, { engine: 'fallback' }, 'bad'],
  [engine, { engine: 'main' }, 'good'],
  [engine, { engine: 1 }, 'wrong'],
  [{ field: 'jsonPayload.constructor', equals: 'x' }, {}, 'absent'],
  [{ field: 'jsonPayload.a.__proto__', equals: 'x' }, { a: {} }, 'absent'],
])('%j judges %j as %s', (field, payload, verdict) => {
  expect(judgeField(payload, field)).toBe(verdict);
});

test.each([
  ['jsonPayload.ocr.confidence', true],
  ['jsonPayload.a', true],
  ['jsonPayload', false],
  ['ocr.confidence', false],
  ['jsonPayload.a b', false],
  ['jsonPayload.a:* OR severity>=ERROR', false],
  ['jsonPayload."a.b"', false],
  [`jsonPayload${'.a'.repeat(9)}`, false],
])('%s names a field: %s', (field, valid) => {
  expect(fieldPattern.test(field)).toBe(valid);
});

const file = (bad: string, more = '') => `apiVersion: openslo/v1
kind: SLO
metadata: {name: ocr-api}
spec:
  service: ocr-api
  timeWindow: [{duration: 30d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives:
    - targetPercent: 90
      indicator:
        metadata: {name: quality}
        spec:
          ratioMetric:
            total: {metricSource: {type: CloudRun, spec: {requests: all}}}
            bad: {metricSource: {type: CloudRun, spec: {${bad}}}}
${more}`;

test.each<[string, LogField, string]>([
  [
    'kind: log_field, field: jsonPayload.ocr.confidence, below: 0.6',
    confidence,
    'answers without jsonPayload.ocr.confidence below 0.6',
  ],
  [
    'kind: log_field, field: jsonPayload.ocr.text, empty: true',
    text,
    'answers without an empty jsonPayload.ocr.text',
  ],
  [
    'kind: log_field, field: jsonPayload.engine, equals: fallback',
    engine,
    'answers without jsonPayload.engine = "fallback"',
  ],
  [
    'kind: log_field, field: jsonPayload.engine, equals: 0',
    { field: 'jsonPayload.engine', equals: 0 },
    'answers without jsonPayload.engine = 0',
  ],
])('the SLO file may say {%s}', (bad, logField, title) => {
  const parsed = parseOpenSlo(file(bad), 'slo.yaml');
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  const [objective] = parsed.slo.objectives;
  expect(objective).toMatchObject({ id: 'quality', kind: 'log_field', target: 0.9, logField });
  expect(Object.keys(objective?.logField ?? {}).sort()).toEqual(Object.keys(logField).sort());
  expect(objective && objectiveTitle(objective)).toBe(title);
  expect(title).toContain(conditionText(logField));
});

describe('what the SLO file may not say', () => {
  test.each([
    ['kind: log_field, field: jsonPayload.a', 'expected one of below, above, equals, empty, found none'],
    ['kind: log_field, field: jsonPayload.a, below: 1, above: 2', 'found below and above'],
    ['kind: log_field, below: 1', 'needs field'],
    ['field: jsonPayload.a, below: 1', 'belong to kind: log_field'],
    ['kind: log_field, field: jsonPayload.a, below: 1, requests: bad', 'neither query nor requests'],
    ['kind: log_field, field: textPayload, below: 1', 'expected a field such as jsonPayload.ocr.confidence'],
    ['kind: log_field, field: "jsonPayload.a:* OR x", below: 1', 'expected a field such as'],
    ['kind: log_field, field: jsonPayload.a, below: "1"', 'number'],
    ['kind: log_field, field: jsonPayload.a, empty: false', 'true'],
  ])('{%s}: %s', (bad, message) => {
    const parsed = parseOpenSlo(file(bad), 'slo.yaml');
    expect('problems' in parsed && parsed.problems.map((one) => one.message).join(' ')).toContain(message);
  });

  test('it counts bad answers, at Google, and nothing else', () => {
    const good = file('requests: bad')
      .replace('bad: {metricSource', 'good: {metricSource')
      .replace('requests: bad', 'kind: log_field, field: jsonPayload.a, below: 1');
    const parsed = parseOpenSlo(good, 'slo.yaml');
    expect('problems' in parsed && parsed.problems[0]?.message).toContain('Expected it under bad');
    const prometheus = file('kind: log_field, field: jsonPayload.a, below: 1').replaceAll(
      'type: CloudRun',
      'type: Prometheus',
    );
    expect('problems' in parseOpenSlo(prometheus, 'slo.yaml')).toBe(true);
  });
});
