import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import {
  allowAudience,
  conditionForRun,
  setMapping,
  widenCondition,
} from '../../../src/domain/login/commands.ts';
import { grantAsMapped } from '../../../src/domain/login/grant.ts';
import { defaultOidcAudience, parseProvider } from '../../../src/domain/login/identity.ts';
import { shortSubject } from '../../../src/domain/login/subject.ts';
import { Client } from '../../sandbox/support/client.ts';
import { findGcloud } from '../../support/gcloud.ts';
import { paste } from '../../support/paste.ts';

// Each call of gcloud takes a second on an idle machine, and many seconds on a busy one.
jest.setTimeout(300_000);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.stop());

(findGcloud() ? describe : describe.skip)(
  'repairs of a login, pasted into a shell, keep what is there',
  () => {
    const provider = () => parseProvider(sandbox.env.WORKLOAD_IDENTITY_PROVIDER ?? '');
    const resource = async () => (await new Client(sandbox).api('iam', 'GET', `/v1/${provider().name}`)).body;
    const good = async (command: string) => {
      const pasted = await paste(sandbox, [command]);
      expect([pasted.code, pasted.code ? pasted.output : '']).toEqual([0, '']);
    };

    test('of the mapping: one entry changes', async () => {
      const before = (await resource()).attributeMapping;
      expect(Object.keys(before).length).toBeGreaterThan(1);
      await good(setMapping(provider(), { 'google.subject': shortSubject('\\1') }, undefined));
      expect((await resource()).attributeMapping).toEqual({
        ...before,
        'google.subject': shortSubject('(assertion.sub)').replaceAll('((assertion.sub))', '(assertion.sub)'),
      });
      await good(
        setMapping(provider(), { 'google.subject': 'assertion.sub' }, (await resource()).attributeMapping),
      );
      expect((await resource()).attributeMapping).toEqual(before);
    });

    test('of the condition: everything that it lets in stays, and only this subject is added', async () => {
      const before = (await resource()).attributeCondition;
      const claims = {
        repository_id: '770001',
        repository_owner_id: '4211',
        sub: "repo:acme/ocr:ref:refs/heads/it's-$(x)`y`",
      };
      await good(widenCondition(provider(), conditionForRun(claims)));
      expect((await resource()).attributeCondition).toBe(`(${before}) || (${conditionForRun(claims)})`);
    });

    test('of the audiences: a list keeps its entries, and a provider without one keeps the default', async () => {
      const standard = defaultOidcAudience(provider(), 'googleapis.com');
      await good(allowAudience(provider(), 'first', standard));
      expect((await resource()).oidc.allowedAudiences).toEqual([standard, 'first']);
      await good(allowAudience(provider(), 'second', standard));
      expect((await resource()).oidc.allowedAudiences).toEqual([standard, 'first', 'second']);
    });

    test('of a grant: the member is the narrowest that the provider maps', async () => {
      const account = sandbox.env.SERVICE_ACCOUNT ?? '';
      const members = (): string[] =>
        sandbox.world.policies
          .get(`//iam.googleapis.com/projects/${sandbox.project}/serviceAccounts/${account}`)
          .bindings.flatMap((binding) => binding.members);
      const claims = { repository: 'acme/ocr', repository_id: '770001', event_name: 'push' };
      const pool = provider().name.replace(/\/providers\/.*/, '');
      const set = (mapping: Record<string, string>) =>
        new Client(sandbox).control('PATCH', '/settings', {
          providers: { [provider().name]: { attributeMapping: mapping } },
        });
      const byId = { 'attribute.repository_id': 'assertion.repository_id' };
      const cases: [mapping: Record<string, string>, claims: Record<string, string>, member: string][] = [
        [
          { 'google.subject': 'assertion.sub', ...byId },
          { sub: 'repo:acme/ocr:environment:prod%3Aeu', environment: 'prod:eu' },
          'principal://iam.googleapis.com/POOL/subject/repo:acme/ocr:environment:prod%3Aeu',
        ],
        [
          { 'google.subject': 'assertion.sub' },
          { sub: 'repo:acme/ocr:ref:refs/heads/main', ref: 'refs/heads/main' },
          'principal://iam.googleapis.com/POOL/subject/repo:acme/ocr:ref:refs/heads/main',
        ],
        // A tag is another one in the next run, and the provider of the Terraform module maps no subject of GitHub.
        [
          { 'google.subject': 'assertion.sub', ...byId },
          { sub: 'repo:acme/ocr:ref:refs/tags/v1', ref: 'refs/tags/v1' },
          'principalSet://iam.googleapis.com/POOL/attribute.repository_id/770001',
        ],
        [
          { 'google.subject': "'repo:' + assertion.repository_id + ':' + assertion.run_id", ...byId },
          { sub: 'repo:acme/ocr:ref:refs/heads/dev', ref: 'refs/heads/dev' },
          'principalSet://iam.googleapis.com/POOL/attribute.repository_id/770001',
        ],
      ];
      for (const [mapping, more, member] of cases) {
        await set(mapping);
        const before = members();
        await good(grantAsMapped(provider(), account, { ...claims, ...more }));
        const added = members().filter((one) => !before.includes(one));
        const wanted = member.replace('POOL', pool);
        expect(added.length > 0 ? added : before.filter((one) => one === wanted)).toEqual([wanted]);
      }
      // Nothing that the provider maps names the repository, so a member would never match.
      await set({ 'google.subject': "'x' + assertion.run_id" });
      const before = members();
      const pasted = await paste(sandbox, [grantAsMapped(provider(), account, claims)]);
      expect(pasted.code).not.toBe(0);
      expect(pasted.output).toContain('does not map attribute.repository_id');
      expect(members()).toEqual(before);
    });
  },
);
