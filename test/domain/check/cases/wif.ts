import { auth, type Case, type Cases, command, file, provider, pulumi, terraform } from './case.ts';

const github = 'https://token.actions.githubusercontent.com';
const block = (
  condition: string,
  mapping = '"google.subject" = "assertion.sub"',
  issuer = github,
  more = '',
): string =>
  `resource "google_iam_workload_identity_pool_provider" "gh" {
  workload_identity_pool_id          = "p"
  workload_identity_pool_provider_id = "q"
${condition === '' ? '' : `  attribute_condition = ${condition}\n`}  attribute_mapping = { ${mapping} }
  oidc {
    issuer_uri = "${issuer}"
${more}  }
}
`;
const withCondition = (condition: string, mapping?: string): Case =>
  terraform(block(`"${condition}"`, mapping));
const create = `gcloud iam workload-identity-pools providers create-oidc q --workload-identity-pool=p --issuer-uri=${github} --attribute-mapping=google.subject=assertion.sub`;
const ids = "assertion.repository_owner_id == '123' && assertion.repository_id == '456'";
const long = 'x'.repeat(90);
const member = (text: string, more = ''): Case =>
  terraform(`resource "google_service_account_iam_member" "x" {
  service_account_id = "projects/p/serviceAccounts/a@p.iam.gserviceaccount.com"
  role               = "roles/iam.workloadIdentityUser"
  member             = "${text}"
}
${more}`);
const pool = 'principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p';
const grant = (role: string, account = 'serviceAccount:deployer@p.iam.gserviceaccount.com'): Case =>
  terraform(
    `resource "google_project_iam_member" "x" {\n  project = "p"\n  role    = "${role}"\n  member  = "${account}"\n}\n`,
  );

export const wifCases: Cases = {
  'wif-no-condition': {
    bad: [
      terraform(block('')),
      command(create),
      terraform(block('""')),
      command(`${create} \\\n  --display-name="GitHub"`),
      file(
        'wif.tf.json',
        `{ "resource": { "google_iam_workload_identity_pool_provider": { "gh": { "workload_identity_pool_id": "p", "attribute_mapping": { "google.subject": "assertion.sub" }, "oidc": { "issuer_uri": "${github}" } } } } }`,
        'json',
      ),
      pulumi(
        `resources:\n  gh:\n    type: gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider\n    properties:\n      workloadIdentityPoolId: p\n      attributeMapping: { google.subject: assertion.sub }\n      oidc: { issuerUri: ${github} }\n`,
      ),
    ],
    good: [
      withCondition(ids),
      command(`${create} --attribute-condition="${ids}"`),
      terraform(block('', undefined, 'https://gitlab.com')),
    ],
  },
  'wif-hole': {
    bad: [
      withCondition("assertion.repository_owner == 'acme'"),
      withCondition("assertion.sub.startsWith('repo:acme')"),
      withCondition("assertion.repository == 'acme/ocr'"),
      withCondition("assertion.ref == 'refs/heads/main'"),
      withCondition(`${ids} || assertion.actor == 'octocat'`),
      withCondition("assertion.repository_owner_id == '123'"),
      withCondition(
        "attribute.repository.matches('acme/ocr')",
        '"google.subject" = "assertion.sub", "attribute.repository" = "assertion.repository"',
      ),
      command(`${create} --attribute-condition="assertion.repository_owner=='acme'"`),
      terraform(
        `locals {\n  owner = "acme"\n}\n${block('"assertion.repository_owner == \'${local.owner}\'"')}`,
      ),
      file(
        'wif.tf.json',
        `{\n  "resource": { "google_iam_workload_identity_pool_provider": { "gh": {\n    "workload_identity_pool_id": "p",\n    "attribute_condition": "assertion.repository_owner == 'acme'",\n    "attribute_mapping": { "google.subject": "assertion.sub" },\n    "oidc": { "issuer_uri": "${github}" }\n  } } }\n}\n`,
        'json',
      ),
    ],
    good: [
      withCondition(`${ids} && assertion.environment == 'prod'`),
      withCondition(
        `attribute.repository_id == '456' && assertion.environment == 'prod'`,
        '"google.subject" = "assertion.sub", "attribute.repository_id" = "assertion.repository_id"',
      ),
      withCondition("assertion.sub == 'repo:acme@123/ocr@456:environment:prod'"),
    ],
  },
  'wif-never': {
    bad: [
      withCondition('assertion.repository_id == 456'),
      withCondition("attribute.repository_id == '456'"),
      withCondition("assertion.repository_id == '456' && assertion.repository_owner_id == 123"),
      withCondition("assertion.repository_id == '456' && assertion.no_such_claim == 'x'"),
    ],
    good: [
      withCondition("assertion.repository_id == '456'"),
      withCondition(
        "attribute.repository_id == '456'",
        '"google.subject" = "assertion.sub", "attribute.repository_id" = "assertion.repository_id"',
      ),
      withCondition("assertion.repository_id in ['456', '789'] && assertion.ref == 'refs/tags/v2'"),
    ],
  },
  'wif-subject-long': {
    bad: [`hotfix/${long}`, `release/${long}`, `feature/${long}`].map((branch) => ({
      ...withCondition(ids),
      files: {
        'main.tf': block(`"${ids}"`),
        '.github/workflows/w.yml': `on: { push: { branches: [${branch}] } }\njobs:\n  a:\n    runs-on: ubuntu-latest\n    permissions: { id-token: write }\n    steps:\n      - uses: ${auth}\n        with: { workload_identity_provider: ${provider} }\n`,
      },
    })),
    good: [
      withCondition(ids),
      withCondition(ids, `"google.subject" = "\\"r\\" + assertion.repository_id"`),
      {
        ...withCondition(ids),
        files: {
          'main.tf': block(`"${ids}"`),
          '.github/workflows/w.yml': `on: { push: { branches: [main, 'feature/**'] } }\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{ run: npm test }]\n`,
        },
      },
    ],
  },
  'wif-uploaded-keys': {
    bad: [
      terraform(block(`"${ids}"`, undefined, github, '    jwks_json = file("k.json")\n')),
      command(`${create} --jwk-json-path=k.json --attribute-condition="${ids}"`),
      terraform(block(`"${ids}"`, undefined, github, '    jwks_json = jsonencode({ keys = [] })\n')),
    ],
    good: [
      terraform(block(`"${ids}"`)),
      terraform(
        block(
          `"${ids}"`,
          undefined,
          'https://ghes.example.com/_services/token',
          '    jwks_json = file("k.json")\n',
        ),
      ),
      command(`${create} --attribute-condition="${ids}"`),
    ],
  },
  'principal-wide': {
    bad: [
      member(`${pool}/*`),
      member(`${pool}/attribute.repository_owner/acme`),
      member(`${pool}/attribute.team/ocr`, block(`"${ids}"`)),
      member(
        'principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.p.name}/*',
        'resource "google_iam_workload_identity_pool" "p" {\n  workload_identity_pool_id = "p"\n}\n',
      ),
      command(
        `gcloud iam service-accounts add-iam-policy-binding a@p.iam.gserviceaccount.com --role=roles/iam.workloadIdentityUser --member="${pool}/*"`,
      ),
      pulumi(
        'resources:\n  p:\n    type: gcp:iam:WorkloadIdentityPool\n    properties: { workloadIdentityPoolId: p }\n  grant:\n    type: gcp:serviceaccount:IAMMember\n    properties:\n      serviceAccountId: projects/p/serviceAccounts/a@p.iam.gserviceaccount.com\n      role: roles/iam.workloadIdentityUser\n      member: principalSet://iam.googleapis.com/${p.name}/*\n',
      ),
    ],
    good: [
      member(`${pool}/attribute.repository_id/456`),
      member(
        'principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.p.name}/attribute.repository_id/456',
        'resource "google_iam_workload_identity_pool" "p" {\n  workload_identity_pool_id = "p"\n}\n',
      ),
      member(
        'principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/repo:acme/ocr:environment:prod',
      ),
      member('serviceAccount:b@p.iam.gserviceaccount.com'),
    ],
  },
  'deployer-too-strong': {
    bad: [
      grant('roles/run.admin'),
      grant('roles/owner', 'serviceAccount:github-actions@p.iam.gserviceaccount.com'),
      command(
        'gcloud projects add-iam-policy-binding p --member=serviceAccount:deployer@p.iam.gserviceaccount.com --role=roles/editor',
      ),
      terraform(
        `resource "google_service_account" "gh" {\n  account_id = "x"\n}\nresource "google_service_account_iam_member" "w" {\n  service_account_id = google_service_account.gh.name\n  role               = "roles/iam.workloadIdentityUser"\n  member             = "${pool}/attribute.repository_id/456"\n}\nresource "google_project_iam_member" "o" {\n  role   = "roles/iam.serviceAccountTokenCreator"\n  member = "serviceAccount:\${google_service_account.gh.email}"\n}\n`,
      ),
    ],
    good: [
      grant('roles/cloudfunctions.developer'),
      terraform(
        'resource "google_cloud_run_v2_service_iam_member" "x" {\n  name   = "ocr"\n  role   = "roles/run.admin"\n  member = "serviceAccount:deployer@p.iam.gserviceaccount.com"\n}\n',
      ),
      grant('roles/owner', 'user:admin@example.com'),
      // The account of a workload on Kubernetes.
      terraform(
        'resource "google_service_account" "default" {\n  account_id = "x"\n}\nresource "google_service_account_iam_member" "w" {\n  service_account_id = google_service_account.default.name\n  role               = "roles/iam.workloadIdentityUser"\n  member             = "serviceAccount:p.svc.id.goog[default/app]"\n}\nresource "google_project_iam_member" "o" {\n  role   = "roles/iam.serviceAccountTokenCreator"\n  member = "serviceAccount:${google_service_account.default.email}"\n}\n',
      ),
    ],
  },
};
