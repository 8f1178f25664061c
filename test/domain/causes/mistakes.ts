import type { FailureFacts } from '../../../src/domain/errors/facts.ts';

/** A mistake that people make, with what Google or a tool answers, and what a message must say about it. */
export interface Mistake {
  name: string;
  facts: FailureFacts;
  /** What the cause must name. */
  cause: RegExp;
  /** What the repair must name: a command, a setting or a file. */
  repair: RegExp;
  /** Why no command of ours repairs it. At most three of the table may have a reason. */
  partial?: string;
}

const call = (status: number, message: string, more: Partial<FailureFacts> = {}): FailureFacts => ({
  kind: 'call',
  api: 'cloudfunctions',
  path: '/v2/projects/acme-prod/locations/us-central1/functions',
  status,
  message,
  ...more,
});
const start = (message: string, ...lines: string[]): FailureFacts => ({
  kind: 'start',
  message: `Could not create or update Cloud Run service ocr, Revision 'ocr-00004-xyz' is not ready and cannot serve traffic. ${message}`,
  lines,
});
const listened =
  'The user-provided container failed to start and listen on the port defined provided by the PORT=8080 environment variable within the allocated timeout.';
const build = (message: string, ...lines: string[]): FailureFacts => ({
  kind: 'build',
  message: `Build failed with status: FAILURE and message: ${message}`,
  lines,
});
const network = (message: string): FailureFacts => ({ kind: 'network', status: 0, message });
const denied = (permission: string, resource = ''): FailureFacts =>
  call(403, `Permission '${permission}' denied on resource '${resource}' (or it may not exist).`, {
    statusName: 'PERMISSION_DENIED',
    reason: 'IAM_PERMISSION_DENIED',
    permission,
  });

/** Mistakes after the login. Those of the login are in test/domain/login/failure, those of a smoke test in test/domain/invocation. */
export const mistakes: readonly Mistake[] = [
  {
    name: 'secret without accessor',
    facts: start(
      'spec.template.spec.containers[0].env[0].value_from.secret_key_ref.name: Permission denied on secret: projects/42/secrets/db/versions/latest for Revision service account run@acme-prod.iam.gserviceaccount.com.',
    ),
    cause: /run@acme-prod/,
    repair:
      /secrets add-iam-policy-binding db --project=acme-prod --member=serviceAccount:run@acme-prod\S+ --role=roles\/secretmanager\.secretAccessor/,
  },
  {
    name: 'two secrets without accessor',
    facts: start(
      'Permission denied on secret: projects/42/secrets/a/versions/1 for Revision service account x@y.iam.gserviceaccount.com.\nPermission denied on secret: projects/42/secrets/b/versions/1 for Revision service account x@y.iam.gserviceaccount.com.',
    ),
    cause: /these secrets/,
    repair: /binding a [\s\S]*binding b /,
  },
  {
    name: 'secret version that does not exist',
    facts: start('Secret projects/42/secrets/db/versions/9 was not found'),
    cause: /version 9 of db/,
    repair: /versions list db --project=acme-prod/,
  },
  {
    name: 'secret version that is disabled',
    facts: start('Secret Version [projects/42/secrets/db/versions/3] is in DISABLED state.'),
    cause: /disabled/,
    repair: /versions enable 3 --secret=db/,
  },
  {
    name: 'secret version that is destroyed',
    facts: start('Secret Version [projects/42/secrets/db/versions/3] is in DESTROYED state.'),
    cause: /not there/,
    repair: /input secrets/,
  },
  {
    name: 'image deleted by a cleanup policy',
    facts: start("Image 'us-central1-docker.pkg.dev/acme-prod/gcf-artifacts/ocr:version_1' not found."),
    cause: /cleanup policy/,
    repair: /force: true/,
  },
  {
    name: 'service agent lost the repository',
    facts: start(
      'Google Cloud Run Service Agent service-42@serverless-robot-prod.iam.gserviceaccount.com must have permission to read the image, us-central1-docker.pkg.dev/acme-prod/gcf-artifacts/ocr:v1.',
    ),
    cause: /service agent/,
    repair: /repositories add-iam-policy-binding gcf-artifacts .*service-42@serverless-robot-prod/,
  },
  {
    name: 'image of another project that Cloud Run may not read',
    facts: start(
      'Google Cloud Run Service Agent service-42@serverless-robot-prod.iam.gserviceaccount.com must have permission to read the image, europe-docker.pkg.dev/acme-images/containers/ocr@sha256:00. Note that the image is from project [acme-images], which is not the same as this project [acme-prod].',
    ),
    cause: /acme-images.*service agent of project acme-prod/,
    repair:
      /repositories add-iam-policy-binding containers --project=acme-images --location=europe --member=serviceAccount:service-42@serverless-robot-prod/,
  },
  {
    name: 'image that the deployer may not read',
    facts: call(
      403,
      'User must have permission to read the image, us-central1-docker.pkg.dev/acme-images/containers/ocr@sha256:00. Ensure that the provided container image URL is correct and that the above account has permission to access the image.',
    ),
    cause: /deployer@acme-prod\S+ may not read the repository containers of project acme-images/,
    repair:
      /repositories add-iam-policy-binding containers --project=acme-images .*--member=serviceAccount:deployer@acme-prod/,
  },
  {
    name: 'out of memory at the start',
    facts: start(listened, 'Memory limit of 512 MiB exceeded with 530 MiB used.'),
    cause: /530 MiB/,
    repair: /memory: 1Gi/,
  },
  {
    name: 'heap of Node.js too small',
    facts: start(
      listened,
      'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    ),
    cause: /memory/,
    repair: /memory: 512Mi/,
  },
  {
    name: 'CPU quota of the region',
    facts: start('Quota violated: CpuAllocPerProjectRegion requested: 100000 allowed: 20000'),
    cause: /CpuAllocPerProjectRegion/,
    repair: /max_instance_count/,
  },
  {
    name: 'connector in another region',
    facts: start(
      'VPC connector projects/acme-prod/locations/us-central1/connectors/net does not exist, or Cloud Run does not have permission to use it.',
    ),
    cause: /connector net/,
    repair: /vpc-access connectors list --region=us-central1/,
  },
  {
    name: 'connector that is not ready',
    facts: start(
      'VPC Access connector projects/acme-prod/locations/us-central1/connectors/net is not ready.',
    ),
    cause: /net/,
    repair: /READY/,
  },
  {
    name: 'half a CPU and concurrency',
    facts: start('Total cpu < 1 is not supported with concurrency > 1.'),
    cause: /less than one CPU/,
    repair: /max_instance_request_concurrency: 1/,
  },
  {
    name: 'memory that the CPU does not allow',
    facts: start(
      'Invalid value specified for container memory. For 1.0 CPU, memory must be between 128Mi and 4Gi inclusive.',
    ),
    cause: /amounts of memory/,
    repair: /between 128Mi and 4Gi/,
  },
  {
    name: 'minimum above maximum',
    facts: start('minScale must be less than or equal to maxScale.'),
    cause: /min_instance_count/,
    repair: /both inputs/,
  },
  {
    name: 'runtime account deleted',
    facts: start('Service account run@acme-prod.iam.gserviceaccount.com was not found.'),
    cause: /run@acme-prod/,
    repair: /service-accounts list --project=acme-prod/,
  },
  {
    name: 'entry point misspelt',
    facts: start(listened, "Function 'Ocr' is not defined in the provided module."),
    cause: /function Ocr/,
    repair: /entry_point/,
  },
  {
    name: 'package only in devDependencies',
    facts: start(listened, "Error: Cannot find module 'sharp'"),
    cause: /sharp/,
    repair: /devDependencies/,
  },
  {
    name: 'file spelt in another case',
    facts: start(listened, "Error: Cannot find module './Lib/ocr'"),
    cause: /\.\/Lib\/ocr/,
    repair: /source_dir.*\.gcloudignore/,
  },
  {
    name: 'missing Python package',
    facts: start(listened, "ModuleNotFoundError: No module named 'cv2'"),
    cause: /cv2/,
    repair: /requirements\.txt/,
  },
  {
    name: 'crash at the start',
    facts: start(listened, 'Error: DATABASE_URL is required'),
    cause: /process ended/,
    repair: /functions-framework --target=ocr/,
  },
  {
    name: 'slow start',
    facts: start('The startup probe timed out: DEADLINE_EXCEEDED.'),
    cause: /longer than Cloud Run waits/,
    repair: /functions logs read ocr/,
  },
  {
    name: 'build account without roles',
    facts: build('Could not build the function due to a missing permission on the build service account.'),
    cause: /default account of Compute Engine/,
    repair: /roles\/cloudbuild\.builds\.builder/,
  },
  {
    name: 'build account may not write logs',
    facts: build(
      'The service account running this build projects/acme-prod/serviceAccounts/42-compute@developer.gserviceaccount.com does not have permission to write logs to Cloud Logging.',
    ),
    cause: /42-compute@/,
    repair: /member=serviceAccount:42-compute@\S+ --role=roles\/cloudbuild/,
  },
  {
    name: 'build account may not read the source',
    facts: build(
      '42-compute@developer.gserviceaccount.com does not have storage.objects.get access to the Google Cloud Storage object.',
    ),
    cause: /42-compute@/,
    repair: /cloudbuild\.builds\.builder/,
  },
  {
    name: 'build account deleted',
    facts: build('service account builder@acme-prod.iam.gserviceaccount.com does not exist'),
    cause: /builder@acme-prod/,
    repair: /build_service_account/,
  },
  {
    name: 'no builds in this region',
    facts: build(
      'failed precondition: due to quota restrictions, Cloud Build cannot run builds in this region.',
    ),
    cause: /quota of builds/,
    repair: /build_worker_pool/,
  },
  {
    name: 'lock file out of step',
    facts: build(
      'npm error code EUSAGE',
      '`npm ci` can only install packages when your package.json and package-lock.json are in sync.',
    ),
    cause: /lock file/,
    repair: /npm --prefix functions\/ocr install --package-lock-only/,
  },
  {
    name: 'lock file of pnpm out of step',
    facts: build('ERR_PNPM_OUTDATED_LOCKFILE Cannot install with "frozen-lockfile"'),
    cause: /lock file/,
    repair: /pnpm --dir functions\/ocr/,
  },
  {
    name: 'private package',
    facts: build(
      'npm error code E401',
      'npm error 401 Unauthorized - GET https://npm.pkg.github.com/@acme%2flib',
    ),
    cause: /npm\.pkg\.github\.com/,
    repair: /Artifact Registry/,
  },
  {
    name: 'package that does not exist',
    facts: build('npm error code E404', "'@acme/lib@2.0.0' is not in this registry."),
    cause: /@acme\/lib@2\.0\.0/,
    repair: /name or version/,
  },
  {
    name: 'Python version pin that does not exist',
    facts: build(
      'pip install failed',
      'ERROR: Could not find a version that satisfies the requirement numpy==9.9 (from versions: 1.0)',
    ),
    cause: /numpy==9\.9/,
    repair: /name or version/,
  },
  { name: 'peer dependencies', facts: build('npm error code ERESOLVE'), cause: /peer/, repair: /--dry-run/ },
  {
    name: 'engines of another Node.js',
    facts: build('npm error code EBADENGINE'),
    cause: /engines/,
    repair: /runtime/,
  },
  {
    name: 'TypeScript that does not compile',
    facts: build('npm run build failed', 'src/index.ts(3,7): error TS2322: no.'),
    cause: /TS2322/,
    repair: /run build/,
  },
  {
    name: 'source_dir without main file',
    facts: build('function.js does not exist'),
    cause: /functions\/ocr/,
    repair: /source_dir/,
  },
  {
    name: 'Python without main.py',
    facts: build('missing main.py and GOOGLE_FUNCTION_SOURCE not specified.'),
    cause: /main\.py/,
    repair: /list-files-for-upload functions\/ocr/,
  },
  { name: 'build times out', facts: build('status: TIMEOUT'), cause: /limit/, repair: /builds list/ },
  {
    name: 'API off',
    facts: call(403, 'Cloud Run Admin API has not been used in project 42 before or it is disabled.', {
      reason: 'SERVICE_DISABLED',
      metadata: { service: 'run.googleapis.com', consumer: 'projects/42' },
    }),
    cause: /run\.googleapis\.com/,
    repair: /services enable run\.googleapis\.com --project=acme-prod/,
  },
  {
    name: 'API off, without details',
    facts: call(
      403,
      'Cloud Build API has not been used in project 42 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/cloudbuild.googleapis.com/overview?project=42 then retry.',
    ),
    cause: /cloudbuild\.googleapis\.com/,
    repair: /services enable cloudbuild\.googleapis\.com/,
  },
  {
    name: 'billing off',
    facts: call(403, 'This API method requires billing to be enabled.', { reason: 'BILLING_DISABLED' }),
    cause: /billing account/,
    repair: /billing projects describe acme-prod/,
    partial: 'a billing administrator must choose the account',
  },
  {
    name: 'requests per minute',
    facts: call(
      429,
      "Quota exceeded for quota metric 'Write requests' and limit 'Write requests per minute' of service 'run.googleapis.com' for consumer 'project_number:42'.",
      { statusName: 'RESOURCE_EXHAUSTED', retryAfterMs: 300_000 },
    ),
    cause: /Write requests per minute/,
    repair: /quotas info list --service=run\.googleapis\.com/,
  },
  {
    name: 'quota without names',
    facts: call(429, 'Resource has been exhausted (e.g. check quota).', {
      quotas: [{ subject: 'QUOTA_EXCEEDED', description: 'FBS quota limit exceeded' }],
      retryAfterMs: 240_500,
    }),
    cause: /FBS quota limit exceeded/,
    repair: /quotas info list/,
  },
  {
    name: 'ingress forbidden by policy',
    facts: call(
      400,
      'The request has violated one or more Org Policies. Please refer to the respective violations for more information.',
      {
        preconditions: [
          {
            type: 'constraints/run.allowedIngress',
            subject: 'orgpolicy:projects/acme-prod?configvalue=all',
            description: '',
          },
        ],
      },
    ),
    cause: /run\.allowedIngress for all/,
    repair: /ingress_settings/,
  },
  {
    name: 'location forbidden by policy',
    facts: call(
      400,
      'Constraint constraints/gcp.resourceLocations violated for projects/acme-prod attempting to create a resource in location us-central1.',
    ),
    cause: /gcp\.resourceLocations/,
    repair: /region/,
  },
  {
    name: 'member of another organisation',
    facts: call(400, 'One or more users named in the policy do not belong to a permitted customer.', {
      preconditions: [
        {
          type: 'constraints/iam.allowedPolicyMemberDomains',
          subject: 'orgpolicy:projects/acme-prod?configvalue=allUsers',
          description: '',
        },
      ],
    }),
    cause: /allUsers/,
    repair: /org-policies describe iam\.allowedPolicyMemberDomains/,
  },
  {
    name: 'service perimeter',
    facts: call(
      403,
      "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: abc-1",
      { reason: 'SECURITY_POLICY_VIOLATED' },
    ),
    cause: /abc-1/,
    repair: /vpcServiceControlsUniqueId/,
    partial: 'the administrator of the perimeter must admit the identity',
  },
  {
    name: 'region misspelt',
    facts: call(403, "Permission denied on 'locations/us-centrall1' (or it may not exist)."),
    cause: /did you mean us-central1/,
    repair: /region: us-central1/,
  },
  {
    name: 'region of another cloud',
    facts: call(404, 'Location us-east-1 is not found or access is unauthorized.'),
    cause: /us-east-1/,
    repair: /region: us-east1/,
  },
  {
    name: 'project id misspelt',
    facts: call(403, "Project 'acme-prd' not found or permission denied.", { reason: 'CONSUMER_INVALID' }),
    cause: /no project/,
    repair: /projects list/,
  },
  {
    name: 'name taken by a Cloud Run service',
    facts: call(
      409,
      'Could not create Cloud Run service ocr. A Cloud Run service with this name already exists.',
    ),
    cause: /without a function/,
    repair: /services describe ocr/,
  },
  {
    name: 'actAs on the runtime account',
    facts: call(
      403,
      "Permission 'iam.serviceAccounts.actAs' denied on service account run@acme-prod.iam.gserviceaccount.com (or it may not exist).",
    ),
    cause: /run@acme-prod/,
    repair: /service-accounts add-iam-policy-binding run@acme-prod\S+ .*roles\/iam\.serviceAccountUser/,
  },
  {
    name: 'deployer without a role',
    facts: denied('cloudfunctions.functions.create', 'projects/acme-prod/locations/us-central1'),
    cause: /cloudfunctions\.functions\.create/,
    repair: /roles\/cloudfunctions\.developer/,
  },
  {
    name: 'project policy not readable',
    facts: denied('resourcemanager.projects.getIamPolicy'),
    cause: /getIamPolicy/,
    repair: /roles\/browser/,
  },
  {
    name: 'folder policy not readable',
    facts: denied('resourcemanager.folders.getIamPolicy', 'folders/123'),
    cause: /folders\.getIamPolicy/,
    repair: /folders add-iam-policy-binding 123 .*roles\/iam\.securityReviewer/,
  },
  {
    name: 'logs not readable',
    facts: denied('logging.logEntries.list'),
    cause: /logEntries/,
    repair: /roles\/logging\.viewer/,
  },
  {
    name: 'metrics not readable',
    facts: denied('monitoring.timeSeries.list'),
    cause: /timeSeries/,
    repair: /roles\/monitoring\.viewer/,
  },
  {
    name: 'run permission',
    facts: denied('run.services.update'),
    cause: /run\.services\.update/,
    repair: /roles\/run\.developer/,
  },
  {
    name: 'closing not allowed',
    facts: denied('run.services.setIamPolicy'),
    cause: /setIamPolicy/,
    repair: /roles\/run\.admin/,
  },
  {
    name: 'quota project',
    facts: call(403, 'Caller does not have required permission to use project acme-prod.', {
      reason: 'USER_PROJECT_DENIED',
    }),
    cause: /acme-prod/,
    repair: /serviceUsageConsumer/,
  },
  {
    name: 'token scope',
    facts: call(403, 'Request had insufficient authentication scopes.', {
      reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
    }),
    cause: /scopes/,
    repair: /access_token_scopes/,
  },
  {
    name: 'token expired',
    facts: call(401, 'Request had invalid authentication credentials.'),
    cause: /expired/,
    repair: /workload_identity_provider/,
  },
  {
    name: 'permission that Google does not name',
    facts: call(403, 'The caller does not have permission'),
    cause: /no role/,
    repair: /roles\/cloudfunctions\.developer/,
  },
  {
    name: 'service agent of Cloud Functions',
    facts: {
      kind: 'deploy',
      message:
        "Ensure that the Cloud Functions service account has 'artifactregistry.repositories.list' and 'artifactregistry.repositories.get' permissions.",
    },
    cause: /service agent/,
    repair: /roles\/cloudfunctions\.serviceAgent/,
  },
  {
    name: 'encryption key',
    facts: call(
      400,
      "Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource 'projects/acme-prod/locations/us-central1/keyRings/r/cryptoKeys/k'.",
    ),
    cause: /encrypt/,
    repair: /kms keys add-iam-policy-binding k --keyring=r/,
  },
  {
    name: 'DNS of a self-hosted runner',
    facts: network(
      'GET https://run.googleapis.com got no answer (getaddrinfo ENOTFOUND run.googleapis.com).',
    ),
    cause: /DNS/,
    repair: /HTTPS_PROXY/,
  },
  {
    name: 'firewall',
    facts: network('connect ECONNREFUSED 10.0.0.1:443'),
    cause: /firewall/i,
    repair: /\*\.googleapis\.com/,
  },
  {
    name: 'clock of the runner',
    facts: network('certificate is not yet valid'),
    cause: /clock/,
    repair: /timedatectl/,
  },
];
