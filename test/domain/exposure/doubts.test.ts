import { describe, expect, test } from '@jest/globals';
import { judge } from '../../../src/domain/exposure/judge.ts';
import { bind, type Change, denied, factsWith, pool } from '../../support/exposure-facts.ts';

const wholePool = `principalSet://iam.googleapis.com/${pool}/*`;

describe('what makes the exposure unknown', () => {
  const unknown: [string, Change, string][] = [
    [
      'the policy of the service',
      { unread: { service: denied('GET policy', 'run.services.getIamPolicy') } },
      'run.services.getIamPolicy',
    ],
    [
      'the policy of the project',
      { unread: { project: denied('POST policy', 'resourcemanager.projects.getIamPolicy') } },
      'resourcemanager.projects.getIamPolicy',
    ],
    ['the service', { more: { service: denied('GET run', 'run.services.get') } }, 'run.services.get'],
    [
      'the policy of Identity-Aware Proxy, if it is on',
      { service: { iapEnabled: true }, unread: { iap: denied('POST iap', 'iap.webServices.getIamPolicy') } },
      'iap.webServices.getIamPolicy',
    ],
    [
      'the providers of a pool that holds the role',
      {
        bindings: { service: [bind('roles/run.invoker', wholePool)] },
        providers: denied('GET providers', 'iam.workloadIdentityPoolProviders.list'),
      },
      'iam.workloadIdentityPoolProviders.list',
    ],
  ];

  test.each(unknown)('%s: unknown, with the missing permission', (_what, change, permission) => {
    const judgement = judge(factsWith(change));
    expect(judgement).toMatchObject({ exposure: 'unknown', verdict: 'inconclusive', proof: 'partial' });
    expect(judgement.missingPermissions).toContain(permission);
    expect(judgement.findings[0]?.rule).toBe('missing-permission');
  });

  const silent: [string, Change['probe']][] = [
    ['no answer', { status: 0, error: 'timeout' }],
    ['a 503 of the front end', { status: 503, body: '<title>503 Server Error</title>' }],
    ['a rate limit', { status: 429, body: 'Rate exceeded.', headers: {} }],
    ['an empty 403', { status: 403, body: '', headers: {} }],
  ];
  test.each(silent)('%s proves nothing', (_what, probe) => {
    const judgement = judge(factsWith(probe ? { probe } : {}));
    expect(judgement).toMatchObject({ exposure: 'unknown', verdict: 'inconclusive' });
    expect(judgement.findings[0]?.rule).toBe('probe-unclear');
  });

  test('a member of an unknown kind does not count as private', () => {
    const judgement = judge(factsWith({ bindings: { service: [bind('roles/run.invoker', 'robots:all')] } }));
    expect(judgement).toMatchObject({ exposure: 'unknown', findings: [{ rule: 'unknown-member' }] });
  });

  test('a function without a URL does not count as private', () => {
    expect(judge(factsWith({ more: { probes: [] } })).exposure).toBe('unknown');
  });
});
