import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import {
  allowAudience,
  conditionForRun,
  grantImpersonation,
  setMapping,
  widenCondition,
} from '../../../src/domain/login/commands.ts';
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
      await good(setMapping(provider(), { 'google.subject': shortSubject }, undefined));
      expect((await resource()).attributeMapping).toEqual({ ...before, 'google.subject': shortSubject });
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

    test('of a grant: a job with an environment gets a grant for itself, not for the repository', () => {
      const sub = 'repo:acme/ocr:environment:prod%3Aeu';
      const claims = { repository: 'acme/ocr', repository_id: '770001', environment: 'prod:eu', sub };
      expect(grantImpersonation(provider(), 'a@p.iam.gserviceaccount.com', claims)).toMatch(
        /--member="principal:\/\/\S+\/subject\/repo:acme\/ocr:environment:prod%3Aeu" --condition=None$/,
      );
    });
  },
);
