import { describe, expect, test } from '@jest/globals';
import { judge } from '../../../../src/domain/exposure/judge.ts';
import { bind, type Change, denied, factsWith, pool, read } from '../../../support/exposure-facts.ts';

const everyone = bind('roles/run.invoker', 'allUsers');
const wholePool = `principalSet://iam.googleapis.com/${pool}/*`;
const byRef = `principalSet://iam.googleapis.com/${pool}/attribute.ref/refs/heads/main`;

/** Every known way in which a function becomes public. W14 (Firebase source) and W15 (a prompt) leave no trace in an API. */
const ways: [id: string, what: string, change: Change, rule: string][] = [
  ['W1', 'allUsers on run.invoker', { bindings: { service: [everyone] } }, 'public-binding'],
  [
    'W1',
    'in the second of two bindings of one role',
    { bindings: { service: [bind('roles/run.invoker', 'user:a@b.c'), everyone] } },
    'public-binding',
  ],
  [
    'W1',
    'in other upper and lower case',
    { bindings: { service: [bind('roles/run.invoker', 'AllUsers')] } },
    'public-binding',
  ],
  [
    'W2',
    'allUsers on a gen1 function',
    {
      function: { generation: 1 },
      bindings: { function: [bind('roles/cloudfunctions.invoker', 'allUsers')] },
    },
    'public-binding',
  ],
  [
    'W3',
    'allAuthenticatedUsers',
    { bindings: { service: [bind('roles/run.invoker', 'allAuthenticatedUsers')] } },
    'public-binding',
  ],
  [
    'W4',
    'another predefined role',
    { bindings: { service: [bind('roles/run.admin', 'allUsers')] } },
    'public-binding',
  ],
  [
    'W4',
    'a custom role that can call',
    { bindings: { service: [bind('projects/p-one/roles/callsIt', 'allUsers')] } },
    'public-binding',
  ],
  [
    'W4',
    'a custom role that can grant itself the rest',
    { bindings: { service: [bind('projects/p-one/roles/opensIt', 'allUsers')] } },
    'public-binding',
  ],
  [
    'W4',
    'a role that cannot be read',
    {
      bindings: { service: [bind('projects/p-one/roles/secret', 'allUsers')] },
      roles: { 'projects/p-one/roles/secret': denied('GET role', 'iam.roles.get') },
    },
    'public-binding',
  ],
  [
    'W4',
    'a role that was not read',
    { bindings: { service: [bind('roles/never.seen', 'allUsers')] } },
    'public-binding',
  ],
  ['W5', 'the invoker check is off', { service: { invokerIamDisabled: true } }, 'invoker-check-disabled'],
  ['W6', 'inherited from the project', { bindings: { project: [everyone] } }, 'inherited-public-binding'],
  ['W6', 'inherited from a folder', { bindings: { folder: [everyone] } }, 'inherited-public-binding'],
  [
    'W6',
    'inherited from the organisation, basic role',
    { bindings: { organization: [bind('roles/owner', 'allAuthenticatedUsers')] } },
    'inherited-public-binding',
  ],
  [
    'W6',
    'the public may edit the folder',
    { bindings: { folder: [bind('roles/resourcemanager.folderAdmin', 'allUsers')] } },
    'inherited-public-binding',
  ],
  [
    'W7',
    'a whole pool of GitHub without a condition',
    { bindings: { service: [bind('roles/run.invoker', wholePool)] }, providers: [{}] },
    'quasi-public-pool',
  ],
  [
    'W7',
    'the condition is just true',
    { bindings: { service: [bind('roles/run.invoker', wholePool)] }, providers: [{ condition: ' true ' }] },
    'quasi-public-pool',
  ],
  [
    'W7',
    'a claim that any repository has',
    {
      bindings: { service: [bind('roles/run.invoker', byRef)] },
      providers: [{ mapping: { 'attribute.ref': 'assertion.ref' } }],
    },
    'quasi-public-pool',
  ],
  [
    'W7',
    'the consumer domain of Google',
    { bindings: { service: [bind('roles/run.invoker', 'domain:gmail.com')] } },
    'public-binding',
  ],
  [
    'W8',
    'an open operation of a gateway',
    {
      more: {
        gateways: read(
          [
            {
              name: 'projects/p-one/locations/us-central1/gateways/g',
              host: 'g.gateway.dev',
              openOperations: ['POST /ocr'],
              totalOperations: 2,
            },
          ],
          'GET gateways',
        ),
      },
    },
    'open-gateway',
  ],
  [
    'W9',
    'IAP lets everyone in',
    {
      service: { iapEnabled: true },
      bindings: { iap: [bind('roles/iap.httpsResourceAccessor', 'allAuthenticatedUsers')] },
    },
    'iap-public',
  ],
  [
    'W10',
    'internal ingress and allUsers, which is public inside the VPC',
    { service: { ingress: 'INGRESS_TRAFFIC_INTERNAL_ONLY' }, bindings: { service: [everyone] } },
    'public-binding',
  ],
  [
    'W11',
    'an answer although all policies are clean',
    { probe: { status: 200, body: '{"text":""}', headers: { 'content-type': 'application/json' } } },
    'anonymous-answer',
  ],
  [
    'W11',
    'the function’s own 401',
    { probe: { status: 401, body: '{"error":"no key"}', headers: { 'content-type': 'application/json' } } },
    'anonymous-answer',
  ],
  [
    'W11',
    'the function’s own 404',
    { probe: { status: 404, body: 'Cannot GET /', headers: { 'content-type': 'text/html' } } },
    'anonymous-answer',
  ],
];

describe('ways to be public', () => {
  test.each(ways)('%s: %s', (_id, _what, change, rule) => {
    const judgement = judge(factsWith(change));
    expect(judgement).toMatchObject({ exposure: 'public', verdict: 'fail' });
    expect(judgement.findings[0]).toMatchObject({ rule, severity: 'critical' });
    expect(judgement.reason).toContain('ocr is public');
    expect(judgement.attackPath?.length).toBeGreaterThan(0);
    for (const step of judgement.attackPath ?? []) expect(step.call).not.toBe('');
    expect(judgement.findings[0]?.fix).toBeTruthy();
  });

  test('a function without any of them is private, with a complete proof', () => {
    expect(judge(factsWith())).toMatchObject({
      exposure: 'private',
      proof: 'complete',
      verdict: 'pass',
      gaps: [],
      attackPath: undefined,
      findings: [],
    });
  });
});
