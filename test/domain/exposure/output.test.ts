import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { removeBinding, shellWord } from '../../../src/domain/exposure/commands.ts';
import { evidenceOf } from '../../../src/domain/exposure/evidence.ts';
import { judge } from '../../../src/domain/exposure/judge.ts';
import { roleFor } from '../../../src/domain/exposure/policy/least-privilege.ts';
import { probeUrl } from '../../../src/domain/exposure/probes.ts';
import { sarifOf } from '../../../src/domain/exposure/sarif.ts';
import { classifyProbe } from '../../../src/domain/invocation/front-end.ts';
import { newReport, type Report } from '../../../src/domain/report/report.ts';
import { exposureLines } from '../../../src/domain/summary/exposure/section.ts';
import { bind, type Change, denied, factsWith, forbiddenPage, read } from '../../support/exposure-facts.ts';

function reportOf(change: Change): Report<'guard'> {
  const facts = factsWith(change);
  const judgement = judge(facts);
  const report = newReport('guard', { project: 'p-one', region: 'us-central1', name: 'ocr' });
  return { ...report, ...judgement, evidence: { exposure: evidenceOf(facts, judgement, []) } };
}

describe('probe answers', () => {
  const page = (title: string, text = '') =>
    `<html><head><title>${title}</title></head><body><h2>${text}</h2></body></html>`;
  test.each([
    [403, forbiddenPage, {}, 'refused'],
    [
      401,
      page('401 Unauthorized', 'Your client does not have permission to the requested URL <code>/</code>.'),
      {},
      'refused',
    ],
    [403, 'Access is forbidden.', {}, 'refused'],
    [404, page('404 Page not found', 'The requested URL was not found on this server.'), {}, 'not-routed'],
    [404, page('Error 404 (Not Found)!!1', "That's an error."), {}, 'not-routed'],
    [302, '', { location: 'https://accounts.google.com/o/oauth2/v2/auth?x' }, 'iap'],
    [401, 'Invalid IAP credentials: empty token', { 'x-goog-iap-generated-response': 'true' }, 'iap'],
    [302, '', { location: 'https://accounts.google.com.evil.example/' }, 'reached'],
    [302, '', { location: '/login' }, 'reached'],
    [200, '', {}, 'reached'],
    [204, '', {}, 'reached'],
    [405, '', {}, 'reached'],
    [400, '{"error":"no image"}', { 'content-type': 'application/json' }, 'reached'],
    [500, '{"error":"boom"}', { 'content-type': 'application/json' }, 'reached'],
    [404, '{"error":"not found"}', { 'content-type': 'application/json' }, 'reached'],
    [404, 'Cannot GET /', {}, 'reached'],
    [403, '{"error":"key"}', { 'content-type': 'application/json' }, 'reached'],
    [403, forbiddenPage, { 'x-powered-by': 'Express' }, 'reached'],
    [403, 'go away', { 'content-type': 'text/plain' }, 'unclear'],
    [403, '', {}, 'unclear'],
    [429, 'Rate exceeded.', {}, 'unclear'],
    [503, page('503 Server Error'), {}, 'unclear'],
    [500, 'Service Unavailable', {}, 'unclear'],
    [0, '', {}, 'no-answer'],
  ])('%d %j %j is %s', (status, body, headers, klass) => {
    expect(classifyProbe({ status, body, headers }).class).toBe(klass);
  });

  test('a 2xx is never a refusal, whatever its body says', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 200, max: 299 }),
        fc.constantFrom(forbiddenPage, '', 'x'),
        (status, body) => {
          expect(classifyProbe({ status, body, headers: {} }).class).toBe('reached');
        },
      ),
    );
  });

  test.each([
    ['https://r-p.cloudfunctions.net/quiz', 'https://r-p.cloudfunctions.net/quiz/backstay'],
    ['https://r-p.cloudfunctions.net/healthz/', 'https://r-p.cloudfunctions.net/healthz/backstay'],
    ['https://r-p.cloudfunctions.net/ocr', 'https://r-p.cloudfunctions.net/ocr'],
    ['https://ocr.xyz', 'https://ocr.xyz'],
    ['https://ocr.xyz/', 'https://ocr.xyz/'],
  ])('%s is asked as %s: no path ends in z', (url, asked) => {
    expect(probeUrl(url)).toBe(asked);
  });
});

describe('commands', () => {
  test('a hostile name stays one argument', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const word = shellWord(text);
        if (!/^[\w@%+=:,./-]+$/.test(word))
          expect(word.slice(1, -1).replaceAll(`'\\''`, '')).not.toContain("'");
      }),
    );
    expect(shellWord("a'; rm -rf / #")).toBe(`'a'\\''; rm -rf / #'`);
  });

  test.each([
    [
      'service',
      'gcloud run services remove-iam-policy-binding ocr --project=p-one --region=us-central1 --member=allUsers --role=roles/x',
    ],
    ['project', 'gcloud projects remove-iam-policy-binding ocr --member=allUsers --role=roles/x'],
    [
      'folder',
      'gcloud resource-manager folders remove-iam-policy-binding ocr --member=allUsers --role=roles/x',
    ],
    ['organization', 'gcloud organizations remove-iam-policy-binding ocr --member=allUsers --role=roles/x'],
  ] as const)('%s', (level, command) => {
    const target = { project: 'p-one', region: 'us-central1', name: 'ocr', service: 'a/b/ocr' };
    expect(removeBinding(level, 'a/b/ocr', 'roles/x', 'allUsers', target, false)).toBe(command);
  });
});

describe('least privilege', () => {
  test('permissions above the project get a role of their own, and none is named twice', () => {
    const missing = [
      'run.services.getIamPolicy',
      'resourcemanager.folders.getIamPolicy',
      'run.services.getIamPolicy',
    ];
    const role = roleFor(missing, {
      project: 'p-one',
      ancestors: [{ type: 'organization', id: '22' }],
      identity: 'serviceAccount:d@p-one.iam.gserviceaccount.com',
    });
    expect(role?.permissions).toEqual(['resourcemanager.folders.getIamPolicy', 'run.services.getIamPolicy']);
    expect(role?.commands).toEqual([
      'gcloud iam roles create backstayGuard --project=p-one --title="Backstay guard" --stage=GA --permissions=run.services.getIamPolicy',
      'gcloud projects add-iam-policy-binding p-one --member=serviceAccount:d@p-one.iam.gserviceaccount.com --role=projects/p-one/roles/backstayGuard --condition=None',
      'gcloud iam roles create backstayGuardAbove --organization=22 --title="Backstay guard" --stage=GA --permissions=resourcemanager.folders.getIamPolicy',
      'gcloud organizations add-iam-policy-binding 22 --member=serviceAccount:d@p-one.iam.gserviceaccount.com --role=organizations/22/roles/backstayGuardAbove --condition=None',
    ]);
    expect(role?.yaml).toContain('- run.services.getIamPolicy\n');
  });

  test('if nothing is missing there is no role', () => {
    expect(roleFor([], { project: 'p-one', ancestors: [] })).toBeUndefined();
  });
});

describe('prevention', () => {
  const orgPolicies = (enforced: string[]) =>
    [
      'iam.allowedPolicyMemberDomains',
      'iam.managed.allowedPolicyMembers',
      'run.managed.requireInvokerIam',
    ].map((constraint) => ({
      constraint,
      reading: read({ enforced: enforced.includes(constraint) }, `GET ${constraint}`),
    }));
  const rules = (change: Change) =>
    judge(factsWith(change)).findings.filter(({ rule }) => rule === 'no-preventive-policy');

  test('a finding names the policy that would have prevented the exposure', () => {
    const found = rules({
      bindings: { service: [bind('roles/run.invoker', 'allUsers')] },
      more: { orgPolicies: orgPolicies([]) },
    });
    expect(found.map(({ severity }) => severity)).toEqual(['medium', 'info']);
    expect(found[0]?.title).toContain('iam.managed.allowedPolicyMembers would have prevented this');
  });

  test('a restriction of members does not prevent a switched-off invoker check', () => {
    const found = rules({
      service: { invokerIamDisabled: true },
      more: { orgPolicies: orgPolicies(['iam.allowedPolicyMemberDomains']) },
    });
    expect(found.map(({ title }) => title)).toEqual([
      expect.stringContaining('run.managed.requireInvokerIam would have prevented this'),
    ]);
  });

  test('a deny policy is reported and does not make a public binding private', () => {
    const rule = {
      policy: 'policies/x/denypolicies/d',
      permissions: ['run.googleapis.com/routes.invoke'],
      principals: ['principalSet://goog/public:all'],
      exceptions: [],
      conditional: false,
    };
    const judgement = judge(
      factsWith({
        bindings: { service: [bind('roles/run.invoker', 'allUsers')] },
        more: { denies: [read([rule], 'GET deny')] },
      }),
    );
    expect(judgement.exposure).toBe('public');
    expect(judgement.findings).toContainEqual(
      expect.objectContaining({ rule: 'deny-policy', source: 'GET deny' }),
    );
  });
});

describe('SARIF', () => {
  const change: Change = {
    bindings: { service: [bind('roles/run.invoker', 'allUsers')] },
    unread: { folder: denied('POST folder', 'x.y.z') },
  };
  const results = (report: Report) =>
    (
      sarifOf(report, { workflow: '.github/workflows/r.yml', version: '1.0.0' }).runs as {
        results: Record<string, unknown>[];
      }[]
    )[0]?.results ?? [];

  test('each finding is one result with its rule, level, place and fingerprint', () => {
    const report = reportOf(change);
    const found = results(report);
    expect(found).toHaveLength(report.findings.length);
    expect(found[0]).toMatchObject({ ruleId: 'public-binding', level: 'error', ruleIndex: 0 });
    expect(JSON.stringify(found[0]?.locations)).toContain('.github/workflows/r.yml');
    const prints = found.map(({ partialFingerprints }) => JSON.stringify(partialFingerprints));
    expect(new Set(prints).size).toBe(prints.length);
    expect(prints[0]).toMatch(/"backstay\/v1":"[0-9a-f]{16}"/);
  });

  test('a fingerprint does not depend on counts, and differs between functions', () => {
    const report = reportOf({ probe: { status: 200 } });
    const other = structuredClone(report);
    for (const finding of other.findings) finding.title = finding.title.replace('200', '201');
    expect(results(other)[0]?.partialFingerprints).toEqual(results(report)[0]?.partialFingerprints);
    other.target.name = 'another';
    expect(results(other)[0]?.partialFingerprints).not.toEqual(results(report)[0]?.partialFingerprints);
  });
});

describe('summary', () => {
  const lines = (change: Change) => {
    const report = reportOf(change);
    return exposureLines(report.evidence.exposure as ReturnType<typeof evidenceOf>, report.findings).join(
      '\n',
    );
  };

  test('public: the verdict comes first, then the way in with its calls and the command to paste', () => {
    const text = lines({ bindings: { folder: [bind('roles/run.invoker', 'allUsers')] } });
    expect(text.split('\n')[0]).toBe('### Exposure: ❌ public');
    expect(text).toContain('**Shortest way in**');
    expect(text).toContain(
      'gcloud resource-manager folders remove-iam-policy-binding 11 --member=allUsers --role=roles/run.invoker',
    );
  });

  test('private: only one line is not collapsed', () => {
    const text = lines({});
    const open = text.replace(/<details>[\s\S]*?<\/details>/g, '').trim();
    expect(open).toBe('### Exposure: ✅ private, proof complete');
  });

  test('hostile text stays inside its place', () => {
    const evil =
      'group:</details>\n::error::x ##[add-mask] [a](https://evil.example) `b` | @team <img src=x>';
    // Markdown has no meaning inside a code span, so only the text outside of code spans is checked.
    const all = lines({ bindings: { service: [bind('roles/run.invoker', evil)] } });
    expect(all).not.toMatch(/^::|##\[/m);
    const text = all.replace(/(`+)[^\n]*?[^`\n]\1(?!`)/g, '');
    expect(text).not.toMatch(/<img|\]\(https:|@team|https:\/\/evil/);
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
  });
});
