import { here } from '../../printed/here.ts';
import type { Scene } from '../scene.ts';
import type { Stage } from '../stage.ts';
import { without } from './without.ts';

/** Deploys that fail after the login. */

export const fresh = { name: 'fresh', entry_point: 'ocr', runtime: 'nodejs24', source_dir: 'src' };
const project = `cloudresourcemanager.googleapis.com/projects/${here.project}`;
const compute = `${here.number}-compute@developer.gserviceaccount.com`;
const agent = (name: string) => `serviceAccount:service-${here.number}@${name}.iam.gserviceaccount.com`;
const account = (email: string) => `iam.googleapis.com/projects/${here.project}/serviceAccounts/${email}`;

const create = { api: 'cloudfunctions', method: 'POST', path: /\/functions\?functionId=fresh/ };
const denied = (status: number, message: string, ...details: object[]) => ({
  status,
  body: {
    error: {
      code: status,
      message,
      status: status === 403 ? 'PERMISSION_DENIED' : 'FAILED_PRECONDITION',
      details,
    },
  },
});
const info = (reason: string, metadata: Record<string, string> = {}) => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason,
  domain: 'googleapis.com',
  metadata,
});

const key = `projects/${here.project}/locations/${here.region}/keyRings/ring/cryptoKeys/key`;
const agents = ['gcf-admin-robot', 'serverless-robot-prod', 'gcp-sa-artifactregistry', 'gs-project-accounts'];
const encrypts = 'roles/cloudkms.cryptoKeyEncrypterDecrypter';

/** A service agent's grant on the project, which Google asks for in words that the sandbox has no failure for. */
const needs = (stage: Stage, role: string, member: string, message: string, ...details: object[]) =>
  stage.refuse(create, denied(403, message, ...details), () => stage.holds(project, role, member));

export const deployScenes: readonly Scene[] = [
  {
    from: ['cause secret-denied', 'mistake: secret without accessor'],
    name: 'a secret that the account of the function may not read',
    action: 'deploy',
    arrange: () => undefined,
    inputs: { ...fresh, secrets: 'KEY=api-key:1' },
    told: 'secret-denied',
    came: [/secrets\/api-key roles\/secretmanager\.secretAccessor serviceAccount:\d+-compute@/],
  },
  {
    from: ['mistake: two secrets without accessor'],
    name: 'two secrets',
    action: 'deploy',
    arrange: () => undefined,
    inputs: { ...fresh, secrets: 'A=a:1,B=b:1' },
    told: 'secret-denied',
    came: [/secrets\/a roles\/\S+Accessor serviceAccount/, /secrets\/b roles\/\S+Accessor serviceAccount/],
  },
  {
    from: ['mistake: secret version that is disabled'],
    name: 'a version of a secret that is disabled',
    action: 'deploy',
    arrange: (stage) =>
      stage.grant(
        `secretmanager.googleapis.com/projects/${here.project}/secrets/db`,
        'roles/secretmanager.secretAccessor',
        `serviceAccount:${compute}`,
      ),
    inputs: { ...fresh, secrets: 'PIN=db:3' },
    told: 'secret-missing',
    came: [/^secret db\/3=ENABLED/],
    went: [/^secret db\/3=DISABLED/],
  },
  {
    from: ['cause secret-missing', 'mistake: secret version that does not exist'],
    name: 'a version of a secret that does not exist: the command lists those that do',
    action: 'deploy',
    arrange: (stage) =>
      stage.grant(
        `secretmanager.googleapis.com/projects/${here.project}/secrets/db`,
        'roles/secretmanager.secretAccessor',
        `serviceAccount:${compute}`,
      ),
    inputs: { ...fresh, secrets: 'PIN=db:9' },
    told: 'secret-missing',
    next: (output) => ({ secrets: `PIN=db:${/^(\d+)\s+ENABLED/im.exec(output)?.[1] ?? 'none'}` }),
  },
  {
    from: ['cause build-account-roles'],
    name: 'a build account without roles',
    action: 'deploy',
    arrange: async (stage) => {
      await stage.set({ obstacles: { buildAccountNeedsRole: true } });
      stage.revoke(project, 'roles/cloudbuild.builds.builder');
    },
    inputs: fresh,
    told: 'build-account-roles',
    came: [/roles\/cloudbuild\.builds\.builder serviceAccount:\d+-compute@/],
  },
  {
    from: ['cause image-denied', 'mistake: service agent lost the repository'],
    name: 'a repository that Cloud Run may not read',
    action: 'deploy',
    arrange: (stage) => stage.set({ obstacles: { agentNeedsReader: true } }),
    inputs: fresh,
    told: 'image-denied',
    came: [
      /repositories\/gcf-artifacts roles\/artifactregistry\.reader serviceAccount:service-\d+@serverless/,
    ],
  },
  {
    from: ['cause connector-missing', 'mistake: connector in another region'],
    name: 'a connector that does not exist: the command lists those that do',
    action: 'deploy',
    arrange: (stage) => stage.set({ obstacles: { connectors: ['main'] } }),
    inputs: { ...fresh, vpc_connector: 'mian' },
    told: 'connector-missing',
    next: (output) => ({ vpc_connector: /^(\S+) .*READY/m.exec(output)?.[1] ?? 'none' }),
  },
  {
    from: ['cause cpu-quota', 'mistake: CPU quota of the region'],
    name: 'more instances than the quota allows',
    action: 'deploy',
    arrange: (stage) => stage.set({ obstacles: { cpuQuota: 20 } }),
    inputs: { ...fresh, cpu: '1', max_instance_count: '40' },
    told: 'cpu-quota',
  },
  {
    from: ['cause memory-exceeded'],
    name: 'too little memory',
    action: 'deploy',
    arrange: (stage) => stage.set({ obstacles: { memoryUsed: 300 } }),
    inputs: { ...fresh, memory: '256Mi' },
    told: 'memory-exceeded',
  },
  {
    from: ['cause cpu-and-concurrency'],
    name: 'half a CPU with several requests at a time',
    action: 'deploy',
    arrange: () => undefined,
    inputs: { ...fresh, cpu: '0.5', max_instance_request_concurrency: '8', preflight: 'warn' },
    told: 'cpu-and-concurrency',
  },
  {
    from: ['cause region-unknown', 'mistake: region misspelt'],
    name: 'a region that is misspelt',
    action: 'deploy',
    arrange: () => undefined,
    inputs: { ...fresh, region: 'us-centrall1', preflight: 'warn' },
    told: 'region-unknown',
  },
  {
    from: ['cause service-taken', 'mistake: name taken by a Cloud Run service'],
    name: 'a name that a service of another tool has',
    action: 'deploy',
    arrange: (stage) =>
      stage.refuse(
        { ...create, path: /\/functions\?functionId=fresh(&|$)/ },
        {
          status: 409,
          body: {
            error: {
              code: 409,
              status: 'ALREADY_EXISTS',
              message:
                'Could not create Cloud Run service ocr. A Cloud Run service with this name already exists. Please redeploy the function with a different name.',
            },
          },
        },
        () => false,
      ),
    inputs: fresh,
    told: 'service-taken',
    next: () => ({ name: 'fresh-2' }),
  },
  {
    from: ['cause service-disabled', 'mistake: API off'],
    name: 'an API that is off, without a preflight',
    action: 'deploy',
    arrange: (stage) => stage.set({ services: { 'cloudfunctions.googleapis.com': 'DISABLED' } }),
    inputs: { ...fresh, preflight: 'warn' },
    told: 'service-disabled',
    went: [/^off cloudfunctions\.googleapis\.com/],
  },
  {
    from: ['cause cmek-denied', 'mistake: encryption key'],
    name: 'an encryption key that the service agents may not use',
    action: 'deploy',
    arrange: (stage) =>
      stage.refuse(
        create,
        denied(
          400,
          `Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource '${key}' (or it may not exist).`,
        ),
        () => agents.every((name) => stage.holds(`cloudkms.googleapis.com/${key}`, encrypts, agent(name))),
      ),
    inputs: fresh,
    told: 'cmek-denied',
    came: agents.map((name) => new RegExp(`cryptoKeys/key ${encrypts} ${agent(name)}$`)),
  },
  {
    from: ['cause functions-agent', 'mistake: service agent of Cloud Functions'],
    name: 'the service agent of Cloud Functions without its role',
    action: 'deploy',
    arrange: (stage) =>
      needs(
        stage,
        'roles/cloudfunctions.serviceAgent',
        agent('gcf-admin-robot'),
        "Ensure that the Cloud Functions service account has 'artifactregistry.repositories.list' and 'artifactregistry.repositories.get' permissions.",
      ),
    inputs: fresh,
    told: 'functions-agent',
    came: [/roles\/cloudfunctions\.serviceAgent serviceAccount:service-\d+@gcf-admin-robot/],
  },
  {
    from: ['cause quota-project', 'mistake: quota project'],
    name: 'an identity that may not use the project',
    action: 'deploy',
    arrange: (stage) => {
      stage.revoke(project, 'roles/serviceusage.serviceUsageConsumer');
      needs(
        stage,
        'roles/serviceusage.serviceUsageConsumer',
        `serviceAccount:${here.deployer}`,
        `Caller does not have required permission to use project ${here.project}. Grant the caller the roles/serviceusage.serviceUsageConsumer role.`,
        info('USER_PROJECT_DENIED', { consumer: `projects/${here.project}` }),
      );
    },
    inputs: { ...fresh, preflight: 'warn' },
    told: 'quota-project',
    came: [/roles\/serviceusage\.serviceUsageConsumer serviceAccount:deployer@/],
  },
  {
    from: ['cause act-as-denied', 'mistake: actAs on the runtime account'],
    name: 'an account of the function that the job may not act as, without a preflight',
    action: 'deploy',
    arrange: (stage) => stage.bind(account(`ocr-run@${here.project}.iam.gserviceaccount.com`)),
    inputs: {
      ...fresh,
      preflight: 'warn',
      runtime_service_account: `ocr-run@${here.project}.iam.gserviceaccount.com`,
    },
    told: 'act-as-denied',
    came: [/serviceAccounts\/ocr-run@\S+ roles\/iam\.serviceAccountUser serviceAccount:deployer@/],
  },
  {
    from: ['cause permission-missing', 'mistake: deployer without a role'],
    name: 'a deployer without its role, without a preflight',
    action: 'deploy',
    arrange: (stage) => stage.revoke(project, 'roles/cloudfunctions.developer'),
    inputs: { ...fresh, preflight: 'warn' },
    told: 'permission-missing',
    came: [/roles\/cloudfunctions\.developer serviceAccount:deployer@/],
  },
  {
    from: ['cause denied', 'mistake: permission that Google does not name'],
    name: 'a refusal that names no permission',
    action: 'deploy',
    arrange: (stage) => {
      // The identity holds every permission, but not through the role.
      without('none')(stage);
      needs(
        stage,
        'roles/cloudfunctions.developer',
        `serviceAccount:${here.deployer}`,
        'The caller does not have permission',
      );
    },
    inputs: { ...fresh, preflight: 'warn' },
    told: 'denied',
    came: [/roles\/cloudfunctions\.developer serviceAccount:deployer@/],
  },
  {
    from: ['a lock file out of step, before the upload'],
    name: 'a lock file out of step',
    action: 'deploy',
    arrange: (stage) => {
      stage.file('src/dep/package.json', '{"name":"dep","version":"1.0.0"}');
      stage.file('src/package.json', '{"name":"ocr","version":"1.0.0","dependencies":{"dep":"file:./dep"}}');
      stage.file(
        'src/package-lock.json',
        '{"name":"ocr","version":"1.0.0","lockfileVersion":3,"requires":true,"packages":{"":{"name":"ocr","version":"1.0.0"}}}',
      );
    },
    inputs: fresh,
    told: 'source-refused',
  },
];
