import { describe, expect, test } from '@jest/globals';
import {
  comparedLabels,
  logQueryText,
  ofRevision,
  ofService,
  parseLogQuery,
  tellsRevisions,
} from '../../../src/sli/prometheus/loki/log-query.ts';

const read = (text: string) => {
  const query = parseLogQuery(text);
  if (!query) throw new Error(`no log query: ${text}`);
  return query;
};

describe('a log query', () => {
  test.each([
    '{app="ocr"}',
    '{app="ocr",revision="$revision"}| json | status >= 500',
    '{app="ocr"}|= "POST |" |~ `5\\d\\d` | logfmt',
    '{app="a}b"} != "health" | json',
    '{app="ocr"}| json | line_format "{{.x}} | y"',
  ])('%s is kept as it is', (text) => {
    expect(logQueryText(read(text)).replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
  });

  test.each([
    'http_requests_total{revision="$revision"}',
    'sum(count_over_time({app="ocr"}[1m]))',
    '{app="ocr"}[1m]',
    '{app="ocr"} | json [5m]',
    '{app="ocr"} | json | status = "5',
    '{app="ocr"',
    '{}',
    '{app="ocr"} or {app="x"}',
    '{app="ocr"} offset',
    '',
  ])('%s is none', (text) => expect(parseLogQuery(text)).toBeUndefined());

  test('by a label of the stream', () => {
    const query = read('{app="$service",revision="$revision"} | json | status >= 500');
    expect(tellsRevisions(query)).toBe(true);
    expect(ofRevision(query, 'ocr', 'ocr-2')).toBe('{app="ocr",revision="ocr-2"} | json | status >= 500');
    expect(ofService(query, 'ocr', ['ocr-1'])).toBe(
      '{app="ocr",revision=~"ocr-[a-z0-9-]+",revision!~"ocr-.+-[0-9]{5}-[a-z]{3}",revision!="ocr-1"} | json | status >= 500',
    );
  });

  test('by a stage, as for structured metadata', () => {
    const query = read('{app="ocr"} | service_version = "$revision" | status = `5xx`');
    expect(tellsRevisions(query)).toBe(true);
    expect(ofService(query, 'ocr', ['ocr-1', 'ocr-0'])).toBe(
      '{app="ocr"} | service_version=~"ocr-[a-z0-9-]+" | service_version!~"ocr-.+-[0-9]{5}-[a-z]{3}" | service_version!="ocr-1" | service_version!="ocr-0" | status = `5xx`',
    );
  });

  test.each(['{app="ocr"}', '{app="ocr"} |= "$revision"', '{app="ocr"} | a = "x" or b = "$revision"'])(
    '%s does not tell revisions apart',
    (text) => expect(tellsRevisions(read(text))).toBe(false),
  );

  test('names the labels that its filters compare, and what an entry has passed before', () => {
    const query = read(
      '{app="ocr", revision="$revision"} |= "a = b" | json | status >= 500 or code = "x = y" | label_format a=b | kind!="probe"',
    );
    expect(comparedLabels(query).map(({ label, before }) => [label, logQueryText(before)])).toEqual([
      ['status', '{app="ocr",revision="$revision"} |= "a = b" | json'],
      ['code', '{app="ocr",revision="$revision"} |= "a = b" | json'],
      ['kind', expect.stringContaining('label_format')],
    ]);
  });
});
