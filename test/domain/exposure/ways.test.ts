import { describe, expect, test } from '@jest/globals';
import { judge } from '../../../src/domain/exposure/judge.ts';
import { bind, type Change, denied, factsWith, pool, read, url } from '../../support/exposure-facts.ts';

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

describe('what is not public', () => {
  const private_: [string, Change, string | undefined][] = [
    [
      'allUsers with a role that is proved not to allow calls',
      { bindings: { service: [bind('roles/run.viewer', 'allUsers')] } },
      'public-non-invoker',
    ],
    [
      'allUsers on the policy of a 2nd gen function itself',
      { bindings: { function: [bind('roles/cloudfunctions.invoker', 'allUsers')] } },
      'ineffective-function-binding',
    ],
    [
      'a pool with a condition',
      {
        bindings: { service: [bind('roles/run.invoker', wholePool)] },
        providers: [{ condition: "assertion.repository_id == '1'" }],
      },
      'pool-wide-access',
    ],
    [
      'a pool of AWS',
      {
        bindings: { service: [bind('roles/run.invoker', wholePool)] },
        providers: [{ kind: 'aws', issuer: '' }],
      },
      'pool-wide-access',
    ],
    [
      'an attribute that belongs to one owner',
      {
        bindings: {
          service: [
            bind('roles/run.invoker', `principalSet://iam.googleapis.com/${pool}/attribute.repository_id/7`),
          ],
        },
        providers: [{}],
      },
      undefined,
    ],
    [
      'an attribute with another name that is mapped to an owned claim',
      {
        bindings: {
          service: [
            bind('roles/run.invoker', `principalSet://iam.googleapis.com/${pool}/attribute.repo/acme`),
          ],
        },
        providers: [{ mapping: { 'attribute.repo': 'assertion.repository' } }],
      },
      'pool-wide-access',
    ],
    [
      'a domain',
      { bindings: { service: [bind('roles/run.invoker', 'domain:example.com')] } },
      'domain-wide-access',
    ],
    ['plain http', { function: { securityLevel: 'SECURE_OPTIONAL' } }, 'insecure-http'],
    [
      'a 404 of the front end, behind internal ingress',
      {
        probe: {
          status: 404,
          body: '<title>404 Page not found</title><h2>The requested URL was not found on this server.</h2>',
          headers: { 'content-type': 'text/html' },
        },
      },
      undefined,
    ],
    [
      'a sign-in of Identity-Aware Proxy',
      {
        probe: {
          status: 302,
          headers: { location: 'https://accounts.google.com/o/oauth2/v2/auth?client_id=x' },
        },
      },
      undefined,
    ],
  ];

  test.each(private_)('%s', (_what, change, rule) => {
    const judgement = judge(factsWith(change));
    expect(judgement).toMatchObject({ exposure: 'private', verdict: 'pass' });
    expect(judgement.findings.map((finding) => finding.rule)).toEqual(rule ? [rule] : []);
  });
});

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

describe('proof', () => {
  const folder = denied('POST folder', 'resourcemanager.folders.getIamPolicy');

  test('folders that cannot be read make the proof partial, which passes only by default', () => {
    const facts = factsWith({ unread: { folder } });
    const judgement = judge(facts);
    expect(judgement).toMatchObject({
      exposure: 'private',
      proof: 'partial',
      verdict: 'pass',
      missingPermissions: ['resourcemanager.folders.getIamPolicy'],
    });
    expect(judgement.gaps[0]).toContain('folder 11');
    expect(judge(facts, 'complete')).toMatchObject({
      exposure: 'private',
      proof: 'partial',
      verdict: 'inconclusive',
    });
  });

  test('a group is a gap in the proof until the team vouches for it', () => {
    const bindings = { service: [bind('roles/run.invoker', 'group:callers@example.com')] };
    expect(judge(factsWith({ bindings }))).toMatchObject({
      exposure: 'private',
      proof: 'partial',
      findings: [{ rule: 'opaque-group' }],
    });
    expect(judge(factsWith({ bindings, trusted: ['group:callers@example.com'] }))).toMatchObject({
      proof: 'complete',
      findings: [],
    });
  });

  test('the team cannot vouch for the public', () => {
    expect(judge(factsWith({ bindings: { service: [everyone] }, trusted: ['allUsers'] })).exposure).toBe(
      'public',
    );
  });

  test('one way in makes the function public, whatever could not be read', () => {
    const judgement = judge(
      factsWith({ bindings: { service: [everyone] }, unread: { project: denied('POST', 'x') } }),
    );
    expect(judgement).toMatchObject({ exposure: 'public', proof: 'complete' });
  });

  test('a function that does not exist yet is judged by what it would inherit', () => {
    const missing = {
      exists: false,
      function: { ok: false, call: 'GET f', cause: 'absent', detail: '' },
      service: undefined,
      probes: [],
    } as const;
    const clean = factsWith({ more: { ...missing, probes: [] } });
    const own = (facts: typeof clean) => ({
      ...facts,
      policies: facts.policies.filter(({ level }) => level !== 'service' && level !== 'function'),
    });
    expect(judge(own(clean))).toMatchObject({ exposure: 'private', verdict: 'pass' });
    expect(
      judge(own(factsWith({ bindings: { folder: [everyone] }, more: { ...missing, probes: [] } }))),
    ).toMatchObject({ exposure: 'public' });
  });

  test('a public role that can replace the function fails the guard, although it cannot call the function', () => {
    const updates = { 'roles/x.updates': read(['run.services.update'], 'GET role') };
    const judgement = judge(
      factsWith({ bindings: { service: [bind('roles/x.updates', 'allUsers')] }, roles: updates }),
    );
    expect(judgement).toMatchObject({ exposure: 'private', verdict: 'fail' });
    expect(judgement.findings[0]).toMatchObject({ rule: 'public-control', severity: 'critical' });
    const deploys = { 'roles/x.deploys': read(['cloudfunctions.functions.update'], 'GET role') };
    const onFunction = judge(
      factsWith({ bindings: { function: [bind('roles/x.deploys', 'allUsers')] }, roles: deploys }),
    );
    expect(onFunction).toMatchObject({ exposure: 'private', verdict: 'fail' });
    expect(onFunction.findings[0]?.fix).toContain('gcloud functions remove-iam-policy-binding ocr');
  });

  test('a public source fails the guard, although it does not make the function callable', () => {
    const judgement = judge(
      factsWith({ bindings: { source: [bind('roles/storage.objectViewer', 'allUsers')] } }),
    );
    expect(judgement).toMatchObject({
      exposure: 'private',
      verdict: 'fail',
      findings: [{ rule: 'source-readable', severity: 'critical' }],
    });
    expect(judgement.reason).toContain('gcf-v2-sources-1-us-central1');
  });
});

describe('attack path', () => {
  test('is the shortest one, and a certain path comes before an assumed one', () => {
    const both = factsWith({
      service: { invokerIamDisabled: true },
      bindings: { service: [bind('roles/unread', 'allUsers'), everyone] },
    });
    const path = judge(both).attackPath ?? [];
    expect(path.map(({ call }) => call)).toEqual(['GET run/v2/s', 'GET run/v2/s']);
    expect(path.at(-1)?.text).toContain(url);
  });

  test('each step of a binding cites its call', () => {
    const path = judge(factsWith({ bindings: { folder: [everyone] } })).attackPath ?? [];
    expect(path.map(({ call }) => call)).toEqual([
      'GET policy of folder',
      'GET iam/v1/roles/run.invoker',
      'GET run/v2/s',
    ]);
  });
});
