import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { openAlerts } from '../../../src/domain/alerts/alert.ts';
import { type AlertRules, judgeAlerts } from '../../../src/domain/alerts/judge.ts';
import type { JsonObject } from '../../../src/domain/data/json.ts';

/** Tests which alerts are about a service, and what an open one does to a release. */

const target = { project: 'p', region: 'europe-west1', names: ['ocr-api', 'OCR_api'] };
const own = {
  project_id: 'p',
  location: 'europe-west1',
  service_name: 'ocr-api',
  revision_name: 'ocr-api-1',
};
const alert = (labels: object, more: object = {}, type = 'cloud_run_revision') => ({
  name: 'projects/p/alerts/1',
  state: 'OPEN',
  openTime: '2026-11-22T10:00:00Z',
  resource: { type, labels },
  policy: { displayName: '5xx of ocr', severity: 'CRITICAL' },
  ...more,
});
const aboutOf = (raw: object) => openAlerts([raw as JsonObject], target).map(({ about }) => about)[0];

describe('whom an alert is about', () => {
  test.each<[string, object, string | undefined]>([
    ['the service itself', alert(own), 'this'],
    ['a revision without a region', alert({ service_name: 'ocr-api' }), 'this'],
    ['another service', alert({ ...own, service_name: 'ocr' }), undefined],
    ['the same name in another region', alert({ ...own, location: 'us-central1' }), undefined],
    ['the same name in another project of the metrics scope', alert({ ...own, project_id: 'q' }), undefined],
    ['all services together', alert({ project_id: 'p' }), 'perhaps'],
    ['all services of another region', alert({ project_id: 'p', location: 'us-central1' }), undefined],
    [
      'the function',
      alert({ function_name: 'OCR_api', region: 'europe-west1' }, {}, 'cloud_function'),
      'this',
    ],
    ['another function', alert({ function_name: 'mail' }, {}, 'cloud_function'), undefined],
    ['a virtual machine', alert({ instance_id: '1' }, {}, 'gce_instance'), undefined],
    [
      'an objective whose policy names the service',
      alert({}, { policy: { userLabels: { service: 'ocr-api' } } }, 'global'),
      'this',
    ],
    [
      'an objective whose policy names another service',
      alert({ project_id: 'p' }, { policy: { userLabels: { service: 'mail' } } }),
      undefined,
    ],
    [
      'an objective of actions/slo',
      alert(
        {},
        { policy: { displayName: 'ocr-api: 99 % (page, 1h)', userLabels: { backstay_slo: 'x' } } },
        '',
      ),
      'this',
    ],
    [
      'an objective of actions/slo for another service',
      alert({}, { policy: { displayName: 'ocr: 99 % (page, 1h)', userLabels: { backstay_slo: 'x' } } }, ''),
      undefined,
    ],
    ['a query that kept no label', { state: 'OPEN' }, 'perhaps'],
    ['one that is closed', alert(own, { state: 'CLOSED' }), undefined],
    ['one whose state Google does not say', alert(own, { state: undefined }), 'this'],
  ])('%s', (_, raw, about) => {
    expect(aboutOf(raw)).toBe(about);
  });

  test('any answer gives alerts that can be told, and no error', () => {
    void fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('state', 'resource', 'policy', 'name', 'openTime'), fc.jsonValue()),
        (value) => {
          for (const one of openAlerts([value as JsonObject], target)) expect(one.policy).not.toBe('');
        },
      ),
    );
  });
});

const now = Date.parse('2026-11-22T10:12:30Z');
const rules = (more: Partial<AlertRules> = {}): AlertRules => ({
  ...{ onAlert: 'fail', chosen: false, override: undefined },
  ...more,
});
const judge = (more: Partial<AlertRules>, raws: object[]) =>
  judgeAlerts(rules(more), { read: true, alerts: openAlerts(raws as JsonObject[], target) }, 'ocr-api', now);

describe('what an open alert does', () => {
  test('it stops a release, and says which alert, since when and what to do', () => {
    const judged = judge({}, [alert(own)]);
    expect(judged.blocks).toBe(true);
    expect(judged.reason).toBe('An alert is open on ocr-api: "5xx of ocr" (critical, open for 12m30s).');
    expect(judged.finding).toMatchObject({
      rule: 'alert-open',
      severity: 'high',
      fix: expect.stringContaining('set alert_override to the reason'),
    });
    expect(judged.evidence.open).toHaveLength(1);
  });

  test('warn lets it pass and says it', () => {
    const judged = judge({ onAlert: 'warn', chosen: true }, [alert(own), alert(own)]);
    expect([judged.blocks, judged.finding?.severity]).toEqual([false, 'medium']);
    expect(judged.reason).toContain('2 alerts are open on ocr-api');
  });

  test('a reason lets it pass, and stays in the report', () => {
    const judged = judge({ override: 'ticket 4711' }, [alert(own)]);
    expect(judged.blocks).toBe(false);
    expect(judged.reason).toContain('It goes on all the same, because alert_override is set: ticket 4711');
    expect(judged.evidence.override).toBe('ticket 4711');
    expect(judge({ override: 'ticket 4711' }, []).evidence.override).toBeUndefined();
  });

  test('an alert that may be about any service is told, and stops nothing', () => {
    const judged = judge({}, [alert({})]);
    expect([judged.blocks, judged.finding?.severity]).toEqual([false, 'low']);
    expect(judged.reason).toContain('that do not say which service');
  });

  test('without an alert nothing is said', () => {
    expect(judge({}, [])).toMatchObject({ blocks: false, reason: '', finding: undefined });
  });

  test('the name of a policy is one line of limited length, and three alerts are named at most', () => {
    const policy = { displayName: `a\n::error::${'x'.repeat(500)}` };
    const judged = judge(
      {},
      Array.from({ length: 9 }, () => alert(own, { policy })),
    );
    expect(judged.reason).not.toContain('\n');
    expect(judged.reason.length).toBeLessThan(600);
    expect(judged.reason).toContain(', 6 more.');
  });
});

describe('alerts that cannot be read', () => {
  const denied = {
    read: false,
    cause: 'this identity lacks monitoring.alerts.list.',
    permission: 'monitoring.alerts.list',
  } as const;
  const unread = (more: Partial<AlertRules>) => judgeAlerts(rules(more), denied, 'ocr-api', now);

  test('are never a silent pass: the default says it, and fail that a user chose stops', () => {
    const usual = unread({});
    expect([usual.blocks, usual.finding?.severity]).toEqual([false, 'medium']);
    expect(usual.finding?.fix).toContain('Grant roles/monitoring.alertViewer');
    expect(usual.evidence).toMatchObject({ open: undefined, unread: denied.cause });
    expect(unread({ chosen: true })).toMatchObject({ blocks: true, finding: { rule: 'alerts-unread' } });
    expect(unread({ onAlert: 'warn', chosen: true }).blocks).toBe(false);
  });

  test('a reason lets a release pass here too', () => {
    const judged = unread({ chosen: true, override: 'ticket 4711' });
    expect(judged.blocks).toBe(false);
    expect(judged.reason).toContain('ticket 4711');
    expect(judged.evidence.override).toBe('ticket 4711');
  });
});
