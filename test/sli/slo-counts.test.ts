import { describe, expect, test } from '@jest/globals';
import { parseOpenSlo } from '../../src/domain/slo/openslo.ts';
import { chooseSource, sourceInputs } from '../../src/sli/registry.ts';

/** The counts of other monitoring systems in an SLO file, and the source that follows from them. */

const file = (metrics: string) => `apiVersion: openslo/v1
kind: SLO
metadata:
  name: ocr
spec:
  service: ocr
  timeWindow:
    - duration: 30d
      isRolling: true
  budgetingMethod: Occurrences
  indicator:
    metadata:
      name: answers
    spec:
      ratioMetric:
        counter: true
${metrics}
  objectives:
    - targetPercent: 99.5
`;
const metric = (name: string, type: string, query: string) => `        ${name}:
          metricSource:
            type: ${type}
            spec:
              query: ${query}`;
const hits = 'sum:trace.http.request.hits{service:ocr,version:$revision}';
const errors = 'sum:trace.http.request.errors{service:ocr,version:$revision}';
const parse = (...metrics: string[]) => parseOpenSlo(file(metrics.join('\n')), 'backstay.slo.yaml');
const objectivesOf = (...metrics: string[]) => {
  const read = parse(...metrics);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.slo.objectives;
};

/** What the inputs give if only these are set. */
function choose(set: Record<string, unknown>, objectives: ReturnType<typeof objectivesOf>, split = true) {
  const defaults = Object.fromEntries(
    Object.entries(sourceInputs).map(([name, input]) => [
      name,
      'default' in input && typeof input.default === 'string' ? input.kind.parse(input.default) : undefined,
    ]),
  );
  const problems: string[] = [];
  const { name } = chooseSource(
    { source: undefined, ...defaults, ...set },
    { probes: false, split, objectives },
    (inputs, text) => void problems.push(`${[inputs].flat().join(' and ')}: ${text}`),
  );
  return { name, problems };
}
const keys = { datadog_api_key: 'a', datadog_app_key: 'b' };

describe('in an SLO file', () => {
  test.each([
    ['Datadog', 'datadog', hits, errors],
    [
      'NewRelic',
      'newrelic',
      "SELECT count(apm.service.transaction.duration) FROM Metric WHERE appName = '$revision'",
      "SELECT count(apm.service.error.count) FROM Metric WHERE appName = '$revision'",
    ],
  ])('counts of %s belong to their objective', (type, system, total, bad) => {
    expect(objectivesOf(metric('total', type, total), metric('bad', type, bad))).toEqual([
      expect.objectContaining({ kind: 'availability', counts: { system, total, bad } }),
    ]);
  });

  test.each([
    ['good requests', [metric('total', 'Datadog', hits), metric('good', 'Datadog', errors)]],
    ['two systems', [metric('total', 'Datadog', hits), metric('bad', 'NewRelic', 'SELECT count(*) FROM A')]],
    [
      'two systems, Prometheus',
      [metric('total', 'Datadog', hits), metric('bad', 'Prometheus', 'a{b="$revision"}')],
    ],
  ])('%s are refused', (_, metrics) => {
    expect(parse(...metrics)).toEqual({
      problems: [
        expect.objectContaining({ message: expect.stringMatching(/expected total and bad, both of type/) }),
      ],
    });
  });
});

describe('the source', () => {
  const objectives = objectivesOf(metric('total', 'Datadog', hits), metric('bad', 'Datadog', errors));

  test('follows from the counts of the file', () => {
    expect(choose(keys, objectives)).toEqual({ name: 'datadog', problems: [] });
  });

  test('is that of the inputs, and another one in the file is told', () => {
    expect(choose({ ...keys, source: 'logs' }, objectives)).toEqual({
      name: 'logs',
      problems: ['source: the SLO file names counts of Datadog, so expected source datadog'],
    });
  });

  test('needs a login, and counts that it understands', () => {
    expect(choose({}, objectives).problems).toEqual([
      'datadog_api_key and datadog_app_key: missing: expected both keys or datadog_token, from secrets of the repository, or datadog_org',
    ]);
    const wrong = objectivesOf(metric('total', 'Datadog', 'avg:a{*}'), metric('bad', 'Datadog', errors));
    expect(choose(keys, wrong).problems).toEqual([
      expect.stringMatching(/^slo_file: backstay\.slo\.yaml:\d+: total: expected sum or count/),
    ]);
  });

  test('does not judge a part of the users by counts that name no revision', () => {
    const whole = objectivesOf(
      metric('total', 'Datadog', 'sum:a.hits{service:ocr}'),
      metric('bad', 'Datadog', 'sum:a.errors{service:ocr}'),
    );
    expect(choose(keys, whole).problems).toEqual([expect.stringMatching(/^canary: .*name no revision/)]);
    expect(choose(keys, whole, false).problems).toEqual([]);
  });

  test.each([
    [{ datadog_api_key: 'a' }, /expected both keys/],
    [{ ...keys, datadog_token: 't' }, /only one of the three/],
    [{ datadog_api_key: 'a'.repeat(40), datadog_app_key: 'b'.repeat(32) }, /look swapped/],
  ])('%j is told', (set, why) => {
    expect(choose(set, objectives).problems).toEqual([expect.stringMatching(why)]);
  });

  const availability = [{ id: 'availability', kind: 'availability', target: 0.99 }] as const;
  const newRelic = {
    newrelic_account: 1,
    newrelic_key: 'NRAK-1',
    newrelic_total: "SELECT count(*) FROM Transaction WHERE revision = '$revision'",
    newrelic_bad:
      "SELECT filter(count(*), WHERE error IS TRUE) FROM Transaction WHERE revision = '$revision'",
  };
  test.each([
    [{}, undefined],
    [{ newrelic_account: undefined }, /newrelic_account: missing/],
    [{ newrelic_key: '0123456789abcdef0123456789abcdef0123NRAL' }, /newrelic_key: this is a license key/],
    [{ newrelic_bad: undefined }, /expected both or neither/],
    [
      { newrelic_bad: "SELECT count(*) FROM TransactionError WHERE revision = '$revision'" },
      /at most 100 error events/,
    ],
    [{ newrelic_bad: 'SELECT count(*) FROM Transaction' }, /expected \$revision in both counts or in none/],
  ])('inputs of New Relic, with %j', (change, why) => {
    const { name, problems } = choose({ ...newRelic, ...change }, [...availability]);
    expect(name).toBe('newrelic');
    if (why === undefined) expect(problems).toEqual([]);
    else expect(problems[0]).toMatch(why);
  });
});
