import { expect, test } from '@jest/globals';
import { isPlainText, isQuotable, shownInReport } from '../../src/inputs/shown.ts';
import { allInputs } from '../../src/inputs/table.ts';

/** A wrong value helps its user, but a secret that was pasted into the wrong input must not be repeated. */
test.each([
  ['lots of memory', true],
  ['ten years', true],
  ['Us Central', true],
  ['us-centrall1', true],
  ['ALLOW_NONE', true],
  ['projects/p/repositories/r', true],
  ['512 MB', true],
  ['-12345678901', true],
  ['hunter2hunter2', false],
  ['Zq7vN2xL9tR4w', false],
  ['ghs_7Tq2Zx9LmN4vB8cR1yK6', false],
  ['550e8400-e29b-41d4-a716-446655440000', false],
  ['one word after the other until it is a phrase', false],
  ['x'.repeat(61), false],
  ['a\nb', false],
])('%j is quoted: %s', (text, expected) => {
  expect(isQuotable(text)).toBe(expected);
});

/** What a report shows of a path, a name or an address. */
test.each([
  ['functions/ocr', true],
  ['./services/ocr-api/tests/backstay.smoke.yaml', true],
  ['/home/runner/work/ocr/ocr/infra/provider.json', true],
  ['https://www.googleapis.com/auth/cloud-platform', true],
  ['jane.doe@example.com', true],
  ['deployer@my-project.iam.gserviceaccount.com', true],
  [
    'principalSet://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/github/attribute.repository/acme/ocr',
    true,
  ],
  ['group:callers@example.com, domain:example.com', true],
  ['release 42 for ticket OPS-4711', true],
  ['Zq7!vN2#xL9%tR4w~Kb', false],
  ['ghs_7Tq2Zx9LmN4vB8cR1yK6', false],
  ['data/550e8400e29b41d4a716446655440000', false],
  ['https://user:hunter2hunter2@example.com', false],
  ['AKIAIOSFODNN7EXAMPLE', false],
  ['/'.repeat(301), false],
])('%j is shown in a report: %s', (text, expected) => {
  expect(isPlainText(text)).toBe(expected);
  const { source_dir: definition } = allInputs;
  expect(definition && shownInReport(definition, text)).toBe(
    expected ? text : `(hidden, ${text.length} characters)`,
  );
});

const { prometheus_total: query } = allInputs;
test.each([
  [
    'http_requests_total{revision="$revision",code=~"5.."}',
    /^http_requests_total\{revision="…",code=~"…"\} \(#[0-9a-f]{4}\)$/,
  ],
  [
    'sum(rate(http_server_duration_seconds_count{tenant="hunter2hunter2"}[5m])) by (code)',
    /^sum\(rate\(http_server_duration_seconds_count\{tenant="…"\}\[5m\]\)\) by \(code\) \(#[0-9a-f]{4}\)$/,
  ],
  ['Zq7!vN2#xL9%tR4w~Kb', /^\(hidden, 19 characters\)$/],
  ['up{a="b} Zq7vN2xL9tR4w', /^\(hidden, 22 characters\)$/],
] as const)('of the query %j a report shows the names', (text, expected) => {
  expect(query && shownInReport(query, text)).toMatch(expected);
});

test('queries that differ only in the value of a label have different hashes', () => {
  const hash = (value: string) => query && shownInReport(query, `up{job="${value}"}`);
  expect(hash('api')).not.toBe(hash('web'));
  expect(hash('api')).toBe(hash('api'));
});
