import { describe, expect, test } from '@jest/globals';
import { judge } from '../../../src/domain/exposure/judge.ts';
import { bind, type Change, factsWith, pool } from '../../support/exposure-facts.ts';

const wholePool = `principalSet://iam.googleapis.com/${pool}/*`;

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
