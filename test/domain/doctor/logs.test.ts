import { describe, expect, test } from '@jest/globals';
import { judgeLogs, matchesRequests } from '../../../src/domain/doctor/logs.ts';

describe('whether a filter matches the request log of a service', () => {
  test.each<[string, 'yes' | 'perhaps' | 'no']>([
    ['', 'yes'],
    ['resource.type="cloud_run_revision"', 'yes'],
    ['resource.type = cloud_run_revision AND resource.labels.service_name = "ocr"', 'yes'],
    ['LOG_ID("run.googleapis.com/requests")', 'yes'],
    ['logName="projects/p/logs/run.googleapis.com%2Frequests"', 'yes'],
    ['resource.type="cloud_run_revision" AND resource.labels.service_name="other"', 'no'],
    ['resource.type="cloud_run_revision" AND sample(insertId, 0.9)', 'perhaps'],
    ['resource.type="cloud_run_revision" AND httpRequest.status<400', 'perhaps'],
    ['httpRequest.requestUrl=~"health"', 'perhaps'],
    ['NOT resource.labels.zone="a"', 'perhaps'],
    ['resource.type="gce_instance"', 'no'],
    ['resource.type="k8s_container" AND severity<ERROR', 'no'],
    ['LOG_ID("cloudaudit.googleapis.com/data_access")', 'no'],
    ['LOG_ID("run.googleapis.com/stdout")', 'no'],
    ['severity<WARNING AND textPayload:"health"', 'no'],
  ])('%s: %s', (filter, expected) => {
    expect(matchesRequests(filter, 'ocr')).toBe(expected);
  });
});

test('an exclusion that is switched off leaves out nothing', () => {
  const sink = (disabled: boolean) => ({
    ...{ name: '_Default', disabled: false, filter: '' },
    exclusions: [{ name: 'x', filter: 'resource.type="cloud_run_revision"', disabled }],
  });
  const place = { project: 'p', service: 'ocr' };
  expect(judgeLogs({ ok: true }, sink(true), place).state).toBe('ok');
  expect(judgeLogs({ ok: true }, sink(false), place)).toMatchObject({
    state: 'bad',
    findings: [{ rule: 'doctor-logs-off', about: ['x'], severity: 'high' }],
  });
});

test('what cannot be read is unknown, and not in order', () => {
  const place = { project: 'p', service: 'ocr' };
  expect(judgeLogs({ ok: false, detail: '403' }, undefined, place).state).toBe('unknown');
  expect(judgeLogs({ ok: true }, undefined, place).state).toBe('unknown');
});
