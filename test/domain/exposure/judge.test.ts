import { describe, expect, test } from '@jest/globals';
import { judge } from '../../../src/domain/exposure/judge.ts';
import { bind, denied, factsWith, read, url } from '../../support/exposure-facts.ts';

const everyone = bind('roles/run.invoker', 'allUsers');

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

  test('one way in makes the function public, even if other reads failed', () => {
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
    expect(onFunction.findings[0]?.commands?.[0]).toContain('gcloud functions remove-iam-policy-binding ocr');
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
