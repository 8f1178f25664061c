import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { announced, LoginSandbox, leaks, visible } from '../support/login-sandbox.ts';
import { type ActionRun, runAction } from '../support/run-action.ts';

/**
 * Every way in which a login fails. The sandbox answers with the body that Google sends, and the tests check what a person
 * then reads. Every run has debug logging on, and its output is searched for pieces of its tokens.
 */

let world: LoginSandbox;
beforeAll(async () => {
  world = await LoginSandbox.start();
});
afterAll(() => world.stop());

const condition = "assertion.repository_owner_id == '4211'";
const number = '123456789012';
const pool = `projects/${number}/locations/global/workloadIdentityPools/github`;
const gh = `${pool}/providers/gh`;

interface Failure {
  name: string;
  arrange?: () => Promise<unknown>;
  restore?: () => Promise<unknown>;
  inputs?: () => Record<string, string>;
  env?: () => Record<string, string>;
  code: string;
  /** Expected in the log, the annotation and the summary. */
  what: string | RegExp;
  why?: string | RegExp;
  command?: string;
  /** True if the run has a token of GitHub, so its claims must be shown. */
  claims: boolean;
}

const longRef = `refs/heads/${'release-of-the-long-name/'.repeat(6)}`;

const failures: Failure[] = [
  {
    name: 'no permission id-token: write',
    env: () => ({ ACTIONS_ID_TOKEN_REQUEST_URL: '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' }),
    code: 'login-oidc-unavailable',
    what: 'GitHub gave this job no identity token',
    command: 'permissions: { contents: read, id-token: write }',
    claims: false,
  },
  {
    name: 'a request token that GitHub refuses',
    env: () => ({ ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'not-the-right-request-token' }),
    code: 'login-oidc-refused',
    what: "GitHub's token service answered 401",
    claims: false,
  },
  {
    name: 'attribute condition',
    arrange: () =>
      world.setProvider({ attributeCondition: `${condition} && assertion.ref == 'refs/heads/prod'` }),
    restore: () => world.setProvider({ attributeCondition: condition }),
    code: 'login-condition-false',
    what: 'The attribute condition of the provider gh rejected this run.',
    why: 'ref=refs/heads/main',
    command: `gcloud iam workload-identity-pools providers update-oidc ${gh} --attribute-condition="($condition) || ""(assertion.repository_owner_id == '4211' && assertion.repository_id == '770001' && assertion.sub == 'repo:acme/ocr:ref:refs/heads/main' && assertion.event_name != 'pull_request_target')"`,
    claims: true,
  },
  {
    name: 'google.subject is not text',
    arrange: () =>
      world.setProvider({ attributeMapping: { 'google.subject': 'assertion.nothing_of_the_kind' } }),
    restore: () =>
      world.setProvider({
        attributeMapping: {
          'google.subject': 'assertion.sub',
          'attribute.repository': 'assertion.repository',
        },
      }),
    code: 'login-mapping-wrong',
    what: "mapped attribute 'google.subject' must be of type STRING",
    command: `providers update-oidc ${gh} --attribute-mapping=`,
    claims: true,
  },
  {
    name: 'subject over 127 bytes',
    arrange: () => world.claims({ ref: longRef }),
    restore: () => world.claims({}),
    code: 'login-subject-too-long',
    what: 'a value of more than 127 bytes',
    why: `${Buffer.byteLength(`repo:acme/ocr:ref:${longRef}`)} bytes`,
    command: "? (\\1) : '\\''repo:'\\'' + assertion.repository_id + '\\'':'\\'' + assertion.run_id|",
    claims: true,
  },
  {
    name: 'provider disabled',
    arrange: () => world.setProvider({ disabled: true }),
    restore: () => world.setProvider({ disabled: false }),
    code: 'login-provider-unusable',
    what: 'cannot be used',
    command: `gcloud iam workload-identity-pools providers describe ${gh}`,
    claims: true,
  },
  {
    name: 'provider that does not exist',
    inputs: () => ({ workload_identity_provider: world.provider.replace(/gh$/, 'typo') }),
    code: 'login-provider-unusable',
    what: 'providers/typo cannot be used',
    command: `providers list --workload-identity-pool=${pool}`,
    claims: true,
  },
  {
    name: 'issuer of a GitHub Enterprise Server',
    arrange: () => world.claims({ iss: 'https://ghes.example.com/_services/token' }),
    restore: () => world.claims({}),
    code: 'login-issuer-wrong',
    what: 'the issuer of this run, https://ghes.example.com/_services/token',
    command: '--issuer-uri=https://ghes.example.com/_services/token',
    claims: true,
  },
  {
    name: 'audience that the provider does not allow',
    inputs: () => ({ audience: 'https://github.com/acme' }),
    code: 'login-audience-wrong',
    what: "the audience of this run's token, https://github.com/acme",
    why: `expects https://iam.googleapis.com/projects/${number}/`,
    command: ',https://github.com/acme',
    claims: true,
  },
  {
    name: 'stale token',
    arrange: () => world.claims({ iat: 1_600_000_000, exp: 1_600_000_300 }),
    restore: () => world.claims({}),
    code: 'login-token-stale',
    what: 'refused the token because of its age',
    command: 'timedatectl set-ntp true',
    claims: true,
  },
  {
    name: "the issuer's keys cannot be fetched",
    arrange: () =>
      world
        .setProvider({ oidc: { issuerUri: 'http://127.0.0.1:9' } })
        .then(() => world.claims({ iss: 'http://127.0.0.1:9' })),
    restore: async () => {
      await world.setProvider({ oidc: { issuerUri: world.sandbox.world.urls.get('oidc') } });
      await world.claims({});
    },
    code: 'login-issuer-unreachable',
    what: 'could not fetch the keys',
    command: '--jwk-json-path=jwks.json',
    claims: true,
  },
  {
    name: 'not allowed to impersonate',
    inputs: () => ({ service_account: `nobody-granted@${world.sandbox.project}.iam.gserviceaccount.com` }),
    arrange: () =>
      world.set({
        serviceAccounts: { [`nobody-granted@${world.sandbox.project}.iam.gserviceaccount.com`]: {} },
      }),
    code: 'login-impersonation-denied',
    what: 'it lacks iam.serviceAccounts.getAccessToken, or the account does not exist',
    command: `gcloud iam service-accounts add-iam-policy-binding nobody-granted@sandbox-project.iam.gserviceaccount.com --role=roles/iam.workloadIdentityUser --member="$member"`,
    claims: true,
  },
  {
    name: 'not allowed to mint an ID token',
    inputs: () => ({
      service_account: '',
      invoker_service_account: `nobody-granted@${world.sandbox.project}.iam.gserviceaccount.com`,
      token_format: 'id_token',
      id_token_audience: 'https://ocr.example.com',
    }),
    code: 'login-impersonation-denied',
    what: 'it lacks iam.serviceAccounts.getOpenIdToken',
    command: '--role=roles/iam.workloadIdentityUser',
    claims: true,
  },
  {
    name: 'an account that does not exist',
    inputs: () => ({ service_account: `typo@${world.sandbox.project}.iam.gserviceaccount.com` }),
    code: 'login-account-missing',
    what: 'typo@sandbox-project.iam.gserviceaccount.com does not exist',
    command: 'gcloud iam service-accounts list --project=sandbox-project',
    claims: true,
  },
  {
    name: 'an account that is disabled',
    arrange: () => world.set({ serviceAccounts: { [world.account]: { disabled: true } } }),
    restore: () => world.set({ serviceAccounts: { [world.account]: { disabled: false } } }),
    code: 'login-account-missing',
    what: 'deployer@sandbox-project.iam.gserviceaccount.com is disabled',
    command: 'gcloud iam service-accounts enable deployer@sandbox-project.iam.gserviceaccount.com',
    claims: true,
  },
  {
    name: 'an API that is not enabled',
    arrange: () =>
      world.fault({
        api: 'iamcredentials',
        fault: {
          status: 403,
          body: {
            error: {
              code: 403,
              status: 'PERMISSION_DENIED',
              message: `IAM Service Account Credentials API has not been used in project ${number} before or it is disabled.`,
              details: [
                {
                  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
                  reason: 'SERVICE_DISABLED',
                  domain: 'googleapis.com',
                },
              ],
            },
          },
        },
      }),
    restore: () => world.clearFaults(),
    code: 'login-api-disabled',
    what: `iamcredentials.googleapis.com is not enabled in project ${number}`,
    command: `gcloud services enable iamcredentials.googleapis.com --project="$(gcloud projects describe ${number} --format="value(projectId)")"`,
    claims: true,
  },
  {
    name: 'a product that refuses federated identities',
    arrange: () =>
      world.fault({
        api: 'iamcredentials',
        times: 50,
        fault: {
          status: 401,
          body: {
            error: {
              code: 401,
              status: 'UNAUTHENTICATED',
              message: 'Request had invalid authentication credentials.',
            },
          },
        },
      }),
    restore: () => world.clearFaults(),
    code: 'login-federation-unsupported',
    what: 'Google refused the federated token as a credential (401)',
    command: 'add-iam-policy-binding',
    claims: true,
  },
  {
    name: 'a lifetime that the organisation does not allow',
    inputs: () => ({ access_token_lifetime: '2h' }),
    code: 'input-invalid',
    what: 'Google refused a lifetime of 7200 s',
    why: 'allowServiceAccountCredentialLifetimeExtension',
    claims: true,
  },
];

const annotation = (run: ActionRun) => /^::error [^\n]*/m.exec(run.log)?.[0] ?? '';
/** Markdown without its escapes, so that a test can look for plain text in it. */
const plain = (markdown: string) =>
  markdown
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
const decoded = (text: string) => text.replaceAll('%25', '%').replaceAll('%0A', '\n').replaceAll('%0D', '\r');

describe('a login that fails says why and how to repair it', () => {
  test.each(failures)(
    '$name',
    async (failure) => {
      await failure.arrange?.();
      let run: ActionRun;
      try {
        // A transient failure is tried again for up to half a minute.
        run = await world.auth(failure.inputs?.(), {
          env: { RUNNER_DEBUG: '1', ...failure.env?.() },
          timeoutMs: 110_000,
        });
      } finally {
        await failure.restore?.();
      }
      expect(run.code).toBe(1);
      const errors = run.report?.errors as { code: string; what: string; why?: string; fix?: string }[];
      expect(errors.map(({ code }) => code)).toEqual([failure.code]);
      const log = visible(run);
      const said = { log, annotation: decoded(annotation(run)), summary: plain(run.summary) };
      for (const [place, text] of Object.entries(said)) {
        expect({ place, text }).toEqual({ place, text: expect.stringMatching(asPattern(failure.what)) });
        if (failure.why)
          expect({ place, text }).toEqual({ place, text: expect.stringMatching(asPattern(failure.why)) });
      }
      if (failure.command) {
        expect(log).toContain(failure.command);
        expect(said.summary).toContain(failure.command);
      }
      if (failure.claims) {
        expect(log).toMatch(/repository_owner_id\s+4211/);
        expect(said.summary).toContain('`repository_owner_id`');
        expect(announced(run).some((secret) => secret.startsWith('eyJ'))).toBe(true);
      }
      expect(leaks(run)).toEqual([]);
      expect(run.outputs.credentials_file_path).toBeUndefined();
      expect(run.exported).toEqual({});
    },
    100_000,
  );
});

const asPattern = (text: string | RegExp) =>
  typeof text === 'string' ? new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : text;

/** Actions that log in themselves, without an auth step before them. */
const logsInItself: [name: string, inputs: Record<string, string>][] = [
  ['guard', {}],
  ['rollback', {}],
];

describe('every action explains a failed login', () => {
  test.each(logsInItself)('%s', async (name, inputs) => {
    await world.setProvider({ attributeCondition: `${condition} && assertion.ref == 'refs/heads/prod'` });
    const run = await runAction(name, {
      env: { ...world.env, RUNNER_DEBUG: '1' },
      inputs: {
        workload_identity_provider: world.provider,
        service_account: world.account,
        region: world.sandbox.region,
        name: 'ocr-api',
        ...inputs,
      },
    });
    await world.setProvider({ attributeCondition: condition });
    expect(run.code).toBe(1);
    expect(annotation(run)).toContain('The attribute condition of the provider gh rejected this run.');
    expect(visible(run)).toMatch(/repository_owner_id\s+4211/);
    expect(visible(run)).toContain('--attribute-condition=');
    expect(run.summary).toContain('`repository_owner_id`');
    // Several calls fail at once, and none of them may end in Node's own crash report.
    expect(run.log).not.toContain('Node.js v');
    expect(leaks(run)).toEqual([]);
  });
});

test('if an API accepts no federated identity, the action says so and says what to set', async () => {
  const body = {
    error: {
      code: 401,
      message:
        'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
      status: 'UNAUTHENTICATED',
    },
  };
  await world.fault({ api: 'cloudfunctions', times: 50, fault: { status: 401, body } });
  const run = await runAction('rollback', {
    env: { ...world.env, RUNNER_DEBUG: '1' },
    inputs: {
      workload_identity_provider: world.provider,
      project_id: world.sandbox.project,
      region: world.sandbox.region,
      name: 'ocr-api',
    },
  });
  await world.clearFaults();
  expect(run.code).toBe(1);
  expect(run.report?.errors).toMatchObject([{ code: 'login-federation-unsupported' }]);
  expect(annotation(run)).toContain('cloudfunctions.googleapis.com does not accept this login (401)');
  expect(decoded(annotation(run))).toContain(
    `*";google.subject=assertion.sub;"*) member=principal://iam.googleapis.com/${pool}/subject/repo:acme/ocr:ref:refs/heads/main;;`,
  );
  expect(leaks(run)).toEqual([]);
});
