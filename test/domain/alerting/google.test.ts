import { describe, expect, test } from '@jest/globals';
import { serviceId } from '../../../src/domain/alerting/google/names.ts';
import { googleResources } from '../../../src/domain/alerting/google/resources.ts';
import { prometheusGroups } from '../../../src/domain/alerting/prometheus-rules.ts';
import type { AlertingRequest } from '../../../src/domain/alerting/request.ts';

const request: AlertingRequest = {
  ...{ slo: 'ocr-api', service: 'ocr-api', region: 'us-central1', windowSeconds: 30 * 86_400 },
  objectives: [{ id: 'availability', kind: 'availability', target: 0.995 }],
};
const place = { project: 'p', channels: undefined };
const prometheus = { total: 'a{revision="$revision"}', bad: 'b{revision="$revision"}' };

describe('what Cloud Monitoring cannot keep is refused with what comes nearest', () => {
  test.each<[what: string, more: Partial<AlertingRequest>, nearest: RegExp]>([
    ['99.995 %', { objectives: [{ id: 'a', kind: 'availability', target: 0.99995 }] }, /99\.99\./],
    ['31 days', { windowSeconds: 31 * 86_400 }, /30d/],
    ['36 hours', { windowSeconds: 36 * 3600 }, /2d/],
    ['an hour', { windowSeconds: 3600 }, /1d/],
    ['a year', { windowSeconds: 365 * 86_400 }, /30d/],
    [
      'a query of Prometheus',
      { objectives: [{ id: 'a', kind: 'availability', target: 0.9, prometheus }] },
      /system: prometheus/,
    ],
    [
      'counts of Datadog',
      {
        objectives: [
          {
            ...{ id: 'a', kind: 'availability', target: 0.9 },
            counts: { system: 'datadog', total: 'sum:a{*}', bad: 'sum:b{*}' },
          },
        ],
      },
      /type: CloudRun/,
    ],
    [
      'counters of CloudWatch',
      {
        objectives: [
          {
            ...{ id: 'a', kind: 'availability', target: 0.9 },
            cloudwatch: { counts: 'alb', dimensions: { LoadBalancer: 'app/a/1' } },
          },
        ],
      },
      /type: CloudRun/,
    ],
  ])('%s', (_, more, nearest) => {
    const { refused } = googleResources({ ...request, ...more }, place);
    expect(refused).toHaveLength(1);
    expect(refused[0]?.nearest).toMatch(nearest);
  });

  test('99.99 % and 30 days are kept', () => {
    const objectives = [{ id: 'a', kind: 'availability', target: 0.9999 } as const];
    expect(googleResources({ ...request, objectives }, place).refused).toEqual([]);
  });
});

test('Prometheus has no rules for counts of another system', () => {
  const cloudwatch = { counts: 'alb', dimensions: { LoadBalancer: 'app/a/1' } };
  const objectives = [{ id: 'a', kind: 'availability', target: 0.9, cloudwatch } as const];
  expect(prometheusGroups({ ...request, objectives })).toEqual({
    groups: [],
    refused: [expect.objectContaining({ what: expect.stringContaining('counts by CloudWatch') })],
  });
});

test('client errors count as bad if the watch counts them', () => {
  const objectives = [{ id: 'a', kind: 'availability', target: 0.99, clientErrors: true } as const];
  const text = JSON.stringify(googleResources({ ...request, objectives }, place).wanted);
  expect(text).toContain('full_match(\\"4..|5..\\")');
  expect(text).not.toContain('429|5..');
});

test.each(['a', 'x'.repeat(63), `${'y'.repeat(53)}-${'z'.repeat(9)}`])(
  'the id of the service of %s is one of Google’s',
  (slo) => {
    expect(serviceId(slo)).toMatch(/^[a-z0-9-]{1,63}$/);
    expect(serviceId(slo)).not.toMatch(/-$/);
  },
);

test('two long names of SLOs that begin the same have services of their own', () => {
  const names = ['a', 'b'].map((end) => serviceId(`${'x'.repeat(61)}-${end}`));
  expect(new Set(names).size).toBe(2);
});

test('no two groups of rules have one name, whatever the objectives are called', () => {
  const ids = ['a', 'a-budget', 'a-rules', 'a-budget-rules', 'a-budget-budget', 'budget', 'rules'];
  const objectives = ids.map((id) => ({ id, kind: 'availability', target: 0.99 }) as const);
  const names = prometheusGroups({ ...request, objectives }).groups.map(({ name }) => name);
  expect(names).toHaveLength(2 * ids.length);
  expect(new Set(names).size).toBe(names.length);
});
