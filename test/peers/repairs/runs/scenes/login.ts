import { here } from '../../printed/here.ts';
import type { Scene } from '../scene.ts';

/** Logins that fail. */

const account = (email: string) => `iam.googleapis.com/projects/${here.project}/serviceAccounts/${email}`;
const own = `projects/${here.number}/locations/global/workloadIdentityPools/github`;
const mapping = {
  'google.subject': 'assertion.sub',
  'attribute.repository': 'assertion.repository',
  'attribute.repository_id': 'assertion.repository_id',
};
const user = 'roles/iam.workloadIdentityUser';
const main = 'subject/repo:acme/ocr:ref:refs/heads/main';
const kept = {
  role: user,
  members: [`principalSet://iam.googleapis.com/${own}/attribute.repository/acme/other`],
};

const denied: Omit<Scene, 'name' | 'from'> = {
  action: 'auth',
  told: 'login-impersonation-denied',
  arrange: (stage) => stage.bind(account(here.deployer), kept),
  came: [new RegExp(`serviceAccounts/${here.deployer} ${user} principal://\\S+/${main}$`)],
};

export const loginScenes: readonly Scene[] = [
  {
    from: ['login condition-false'],
    name: 'a condition that rejects this run',
    action: 'auth',
    arrange: (stage) => stage.setProvider({ attributeCondition: "assertion.ref == 'refs/heads/prod'" }),
    told: 'login-condition-false',
    came: [/attributeCondition=\(assertion\.ref == 'refs\/heads\/prod'\) \|\| \(.*sub == /],
    went: [/attributeCondition=assertion\.ref == 'refs\/heads\/prod'$/],
  },
  {
    from: ['login mapping-type', 'login mapping-type, a subject of an absent claim'],
    name: 'a subject of a claim that no token has',
    action: 'auth',
    arrange: (stage) =>
      stage.setProvider({ attributeMapping: { ...mapping, 'google.subject': 'assertion.nothing' } }),
    told: 'login-mapping-wrong',
    came: [/attributeMapping\.google\.subject=assertion\.sub$/],
    went: [/attributeMapping\.google\.subject=assertion\.nothing$/],
  },
  {
    from: ['login subject-too-long'],
    name: 'a subject over 127 bytes',
    action: 'auth',
    arrange: (stage) => stage.claims({ ref: `refs/heads/${'release-of-the-long-name/'.repeat(6)}` }),
    told: 'login-subject-too-long',
    came: [/attributeMapping\.google\.subject=\(assertion\.sub\)\.matches\(/],
    went: [/attributeMapping\.google\.subject=assertion\.sub$/],
  },
  {
    from: ['login issuer-mismatch'],
    name: 'a provider for another issuer',
    action: 'auth',
    arrange: (stage) => stage.setProvider({ oidc: { issuerUri: 'https://ghes.example.com' } }),
    told: 'login-issuer-wrong',
    came: [/\.oidc\.issuerUri=http:\/\/127/],
    went: [/\.oidc\.issuerUri=https:\/\/ghes/],
  },
  {
    from: ['login audience-mismatch'],
    name: 'an audience that the provider does not list',
    action: 'auth',
    arrange: () => undefined,
    inputs: { audience: 'https://github.com/acme' },
    told: 'login-audience-wrong',
    came: [
      /allowedAudiences\.0=https:\/\/iam\.googleapis/,
      /allowedAudiences\.1=https:\/\/github\.com\/acme$/,
    ],
  },
  {
    from: ['login issuer-unreachable', 'login signature-invalid'],
    name: 'keys of the issuer that Google does not know',
    action: 'auth',
    arrange: (stage) => {
      const issuerUri = stage.sandbox.world.urls.get('oidc');
      return stage.setProvider({ oidc: { issuerUri, jwksJson: '{"keys":[]}' } });
    },
    told: 'login-issuer-unreachable',
    came: [/\.oidc\.jwksJson=.*"kty"/],
    went: [/\.oidc\.jwksJson=\{"keys":\[\]\}$/],
  },
  {
    ...denied,
    from: ['login impersonation-denied'],
    name: 'an account whose policy does not name the run',
  },
  {
    ...denied,
    from: ['login impersonation-denied, an environment'],
    name: 'an environment that the policy does not name',
    arrange: async (stage) => {
      await stage.claims({ environment: 'prod:eu', sub: 'repo:acme/ocr:environment:prod%3Aeu' });
      stage.bind(account(here.deployer), kept);
    },
    came: [new RegExp(`${user} principal://\\S+/subject/repo:acme/ocr:environment:prod%3Aeu$`)],
  },
  {
    ...denied,
    from: ['login impersonation-denied, no member'],
    name: 'a provider that maps no subject of GitHub',
    arrange: async (stage) => {
      await stage.setProvider({
        attributeMapping: {
          ...mapping,
          'google.subject': "'repo:' + assertion.repository_id + ':' + assertion.run_id",
        },
      });
      stage.bind(account(here.deployer), kept);
    },
    came: [new RegExp(`${user} principalSet://\\S+/attribute\\.repository_id/770001$`)],
  },
  {
    from: ['login impersonation-denied, by delegates'],
    name: 'a chain of accounts',
    action: 'auth',
    arrange: (stage) => stage.bind(account(here.deployer), kept),
    inputs: { delegates: `hop@${here.project}.iam.gserviceaccount.com` },
    told: 'login-impersonation-denied',
    came: [
      new RegExp(`hop@\\S+ roles/iam\\.serviceAccountTokenCreator principal://\\S+/${main}$`),
      new RegExp(`${here.deployer} roles/iam\\.serviceAccountTokenCreator serviceAccount:hop@`),
    ],
  },
  {
    from: ['login account-disabled'],
    name: 'an account that is disabled',
    action: 'auth',
    arrange: (stage) => {
      const found = stage.account(here.deployer);
      if (found) found.disabled = true;
    },
    told: 'login-account-missing',
    went: [/^account deployer@\S+\.disabled=true$/],
    came: [/^account deployer@\S+\.disabled=false$/],
  },
  {
    from: ['login api-disabled'],
    name: 'an API of the login that is off',
    action: 'auth',
    arrange: (stage) => stage.set({ services: { 'iamcredentials.googleapis.com': 'DISABLED' } }),
    told: 'login-api-disabled',
    went: [/^off iamcredentials/],
  },
  {
    from: ['login provider-unusable', 'login provider-unusable, disabled'],
    name: 'a provider that does not exist: the command lists those that do',
    action: 'auth',
    arrange: () => undefined,
    inputs: { workload_identity_provider: `${own}/providers/hg` },
    told: 'login-provider-unusable',
    next: (output) => ({
      workload_identity_provider: /projects\/\S+\/providers\/gh\b/.exec(output)?.[0] ?? 'none',
    }),
  },
];
