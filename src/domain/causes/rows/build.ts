import { quoted } from '../../data/shell.ts';
import type { FailureFacts, RunNames } from '../../errors/facts.ts';
import {
  account,
  asMember,
  defaultAccount,
  grantOnProject,
  inProject,
  inRegion,
  serviceAgent,
} from '../commands.ts';
import { found, type Row, says, saysOrLogs } from '../row.ts';

/** A build failed for a reason outside of the code: accounts, policies, quota, workers. */

/** E-mail of the account that builds. Undefined if it is the default account of the project, whose number is not known. */
const buildAccount = (failure: FailureFacts, names: RunNames): string | undefined =>
  found(failure, /([\w.-]+@[\w.-]+gserviceaccount\.com)/) ?? names.buildAccount;
const shown = (email: string | undefined) => email ?? 'the default account of Compute Engine';

export const buildRows: readonly Row[] = [
  {
    id: 'build-account-roles',
    title: 'The account that builds the function lacks its roles',
    blame: 'environment',
    example: {
      kind: 'build',
      message:
        "Build failed with status: FAILURE. Could not build the function due to a missing permission on the build service account. If you didn't revoke that permission explicitly, this could be caused by a change in the organization policies.",
    },
    matches: saysOrLogs(
      /missing permission on the build service account|due to missing permissions|does not have permission to write logs to Cloud Logging|does not have storage\.objects\.get|Access to bucket \S+ denied|permission ["']?artifactregistry\.repositories\.uploadArtifacts|cloudbuild\.builds\.create/i,
      'build',
      'deploy',
    ),
    repair: (failure, names) => {
      const email = buildAccount(failure, names);
      return {
        why: `The build runs as ${shown(email)}. New projects and many organisations no longer give this account any role.`,
        fix: 'Give the account the role of a builder:',
        commands: [
          grantOnProject(
            names,
            asMember(email === undefined ? defaultAccount(names) : account(email)),
            'roles/cloudbuild.builds.builder',
          ),
        ],
      };
    },
  },
  {
    id: 'build-account-missing',
    title: 'The account that should build the function does not exist',
    blame: 'environment',
    example: {
      kind: 'build',
      message:
        'Build failed: service account projects/my-project/serviceAccounts/builder@my-project.iam.gserviceaccount.com does not exist or is disabled',
    },
    matches: says(/service account[\s\S]{0,150}(does not exist|not found|disabled)/i, 'build'),
    repair: (failure, names) => ({
      why: `${shown(buildAccount(failure, names))} was deleted, is disabled, or its name is wrong.`,
      fix: 'Set build_service_account to an account of this list:',
      commands: [`gcloud iam service-accounts list ${inProject(names)}`],
    }),
  },
  {
    id: 'build-region-quota',
    title: 'Cloud Build may not build in this region',
    blame: 'environment',
    example: {
      kind: 'build',
      message:
        'failed precondition: due to quota restrictions, Cloud Build cannot run builds in this region. Please contact support.',
    },
    matches: saysOrLogs(/cannot run builds in this region|due to quota restrictions/i, 'build', 'deploy'),
    repair: (_failure, names) => ({
      why: `New projects have no quota of builds in ${names.region ?? 'some regions'}.`,
      fix: `Deploy to a region where builds are allowed, such as us-central1, use a private pool (build_worker_pool), or ask for quota on https://console.cloud.google.com/iam-admin/quotas?service=cloudbuild.googleapis.com&project=${encodeURIComponent(names.project ?? '')}.`,
    }),
  },
  {
    id: 'worker-pool-missing',
    title: 'The private pool of workers cannot be used',
    blame: 'environment',
    example: {
      kind: 'build',
      message:
        'Build failed: worker pool projects/my-project/locations/us-central1/workerPools/private not found',
    },
    matches: says(
      /worker ?pool[\s\S]{0,150}(not found|does not exist|permission|denied)/i,
      'build',
      'deploy',
      'call',
    ),
    repair: (_failure, names) => ({
      why: 'The pool in build_worker_pool does not exist, is in another region, or the build may not use it.',
      fix: 'Set build_worker_pool to a pool of this list:',
      commands: [`gcloud builds worker-pools list ${inRegion(names)}`],
    }),
  },
  {
    id: 'build-too-slow',
    title: 'The build took too long',
    blame: 'environment',
    example: { kind: 'build', message: 'Build failed with status: TIMEOUT and message: build timed out' },
    passes: true,
    matches: says(/status: TIMEOUT|build timed out|context deadline exceeded/i, 'build'),
    repair: (_failure, names) => ({
      why: 'Cloud Build stopped the build at its limit. Compiling native packages and downloading models are the usual reasons.',
      fix: 'Run the job again. If it happens again, use packages with ready-made binaries, or a larger private pool (build_worker_pool). The builds of this region:',
      commands: [`gcloud builds list ${inRegion(names)} --limit=5`],
    }),
  },
  {
    id: 'registry-unreachable',
    title: 'The registry of packages did not answer the build',
    blame: 'environment',
    example: {
      kind: 'build',
      message: 'Build failed with status: FAILURE and message: npm error code ECONNRESET',
      lines: ['npm error network request to https://registry.npmjs.org/ocr failed, reason: read ECONNRESET'],
    },
    passes: true,
    matches: saysOrLogs(
      /npm (error|ERR!) code (ECONNRESET|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|E50\d|E429)\b|ERR_SOCKET_TIMEOUT|ReadTimeoutError|Temporary failure in name resolution|5\d\d (Server Error|Service Unavailable|Bad Gateway)[^\n]{0,80}\b(registry|pypi)/i,
      'build',
    ),
    repair: (failure) => ({
      why: `The build asked ${found(failure, /https?:\/\/([^/\s:]+)/) ?? 'a registry'} for a package and got no usable answer.`,
      fix: 'Run the job again. If it fails again, look whether the registry works and whether the build (build_worker_pool) can reach it.',
    }),
  },
  {
    id: 'platform-failed',
    title: 'Google Cloud failed while it worked on the function',
    blame: 'environment',
    example: {
      kind: 'build',
      message:
        'Build failed with status: INTERNAL_ERROR. An internal error has occurred. Please try again later.',
    },
    passes: true,
    matches: says(
      /status: (INTERNAL_ERROR|EXPIRED|CANCELLED)\b|internal error (has )?occurred|internal error encountered|try again (later|in a few|in \d)|temporarily unavailable/i,
      'build',
      'start',
      'deploy',
    ),
    repair: (failure) => ({
      why: /CANCELLED/.test(failure.message)
        ? 'The build was cancelled before it had ended.'
        : 'The failure is inside Google Cloud. Nothing in the source is named.',
      fix: 'Run the job again. If it fails again, look at https://status.cloud.google.com.',
    }),
  },
  {
    id: 'cmek-denied',
    title: 'A service agent may not use the encryption key',
    blame: 'environment',
    example: {
      kind: 'call',
      status: 400,
      statusName: 'FAILED_PRECONDITION',
      message:
        "Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource 'projects/my-project/locations/us-central1/keyRings/ring/cryptoKeys/key' (or it may not exist).",
    },
    matches: saysOrLogs(
      /cloudkms\.cryptoKeyVersions|cryptoKeys\/\S+[\s\S]{0,80}(denied|not exist|disabled)/i,
    ),
    repair: (failure, names) => {
      const [
        ,
        project = names.project ?? 'PROJECT',
        location = names.region ?? 'REGION',
        ring = 'RING',
        key = 'KEY',
      ] =
        /projects\/([^/\s']+)\/locations\/([^/\s']+)\/keyRings\/([^/\s']+)\/cryptoKeys\/([^/\s']+)/.exec(
          failure.message,
        ) ?? [];
      const agents = [
        'gcf-admin-robot',
        'serverless-robot-prod',
        'gcp-sa-artifactregistry',
        'gs-project-accounts',
      ];
      return {
        why: 'Cloud Functions, Cloud Run, Artifact Registry and Cloud Storage encrypt with the key in kms_key_name, each as an account of its own, and one of them may not use it.',
        fix: 'Let these four accounts use this key:',
        commands: agents.map(
          (agent) =>
            `gcloud kms keys add-iam-policy-binding ${quoted(key)} --keyring=${quoted(ring)} --location=${quoted(location)} --project=${quoted(project)} --member=${asMember(serviceAgent(names, agent))} --role=roles/cloudkms.cryptoKeyEncrypterDecrypter --condition=None`,
        ),
      };
    },
  },
];
