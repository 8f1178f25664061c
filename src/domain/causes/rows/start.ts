import { projectFlag, quoted } from '../../data/shell.ts';
import {
  account,
  asMember,
  grantOnRepository,
  grantOnSecret,
  inProject,
  inRegion,
  serviceAgent,
} from '../commands.ts';
import { nearestMemory } from '../memory.ts';
import { found, type Row, says, saysOrLogs } from '../row.ts';

/** A new revision did not become ready (conditions of Cloud Run), from the most precise sentence to the least. */

const secretName = /secrets\/([\w-]+)/;
const secretProject = /projects\/([^/\s]+)\/secrets\//;
const revisionAccount = /service account[:\s]+'?([\w.-]+@[\w.-]+?)[.']?(?:\s|$)/i;
const image = /\b([a-z0-9-]+)-docker\.pkg\.dev\/([\w.:-]+?)\/([\w.-]+)\//;

export const startRows: readonly Row[] = [
  {
    id: 'secret-denied',
    title: 'The account of the function may not read a secret',
    example: {
      kind: 'start',
      message:
        "Revision 'ocr-00002-abc' is not ready and cannot serve traffic. spec.template.spec.containers[0].env[0].value_from.secret_key_ref.name: Permission denied on secret: projects/123456789012/secrets/api-key/versions/latest for Revision service account 123456789012-compute@developer.gserviceaccount.com. The service account used must be granted the 'Secret Manager Secret Accessor' role (roles/secretmanager.secretAccessor) at the secret, project or higher level.",
    },
    matches: says(/permission denied on secret/i),
    repair: (failure, names) => {
      const email = found(failure, revisionAccount) ?? names.runtimeAccount ?? 'ACCOUNT_OF_THE_FUNCTION';
      const secrets = new Set(
        [...failure.message.matchAll(/secret: (projects\/[^/\s]+\/secrets\/[\w-]+)/gi)].map(
          ([, name]) => name ?? '',
        ),
      );
      return {
        why: `The function runs as ${email}, and this account may not read ${secrets.size > 1 ? 'these secrets' : 'the secret'}.`,
        fix: 'Let it read this secret and no other:',
        commands: [...secrets].map((name) => {
          const [, project, , secret] = name.split('/');
          return grantOnSecret(names.project ?? project ?? '', secret ?? '', asMember(account(email)));
        }),
      };
    },
  },
  {
    id: 'secret-missing',
    title: 'A secret or a version of it does not exist, or is disabled',
    example: {
      kind: 'start',
      message:
        "Revision 'ocr-00002-abc' is not ready and cannot serve traffic. spec.template.spec.containers[0].env[0].value_from.secret_key_ref.name: Secret projects/123456789012/secrets/api-key/versions/7 was not found",
    },
    matches: says(/secret[\s\S]{0,200}(not found|does not exist|disabled|destroyed)/i),
    repair: (failure, names) => {
      const secret = found(failure, secretName) ?? 'SECRET';
      const version = found(failure, /versions\/([\w-]+)/);
      const project = names.project ?? found(failure, secretProject) ?? 'PROJECT';
      const place = `--secret=${quoted(secret)} ${projectFlag(project)}`;
      if (/disabled/i.test(failure.message) && version && /^\d+$/.test(version))
        return {
          why: `Version ${version} of the secret ${secret} is disabled.`,
          fix: 'Name another version in the input secrets, or enable this one again:',
          commands: [`gcloud secrets versions enable ${version} ${place}`],
        };
      return {
        why: `The input secrets names ${version ? `version ${version} of ` : ''}${secret}, and it is not there.`,
        fix: `Name a version in the input secrets that this list shows as enabled. If the list is empty, add one with gcloud secrets versions add:`,
        commands: [`gcloud secrets versions list ${quoted(secret)} ${projectFlag(project)}`],
      };
    },
  },
  {
    id: 'image-denied',
    title: 'Cloud Run may not read the image of the function',
    example: {
      kind: 'start',
      message:
        "Revision 'ocr-00002-abc' is not ready and cannot serve traffic. Google Cloud Run Service Agent service-123456789012@serverless-robot-prod.iam.gserviceaccount.com must have permission to read the image, us-central1-docker.pkg.dev/my-project/gcf-artifacts/ocr:version_1. Ensure that the provided container image URL is correct and that the above account has permission to access the image.",
    },
    matches: says(/must have permission to read the image/i),
    repair: (failure, names) => {
      const [
        ,
        location = names.region ?? 'REGION',
        project = names.project ?? 'PROJECT',
        name = 'gcf-artifacts',
      ] = image.exec(failure.message) ?? [];
      const number = found(failure, /service-(\d+)@serverless-robot/);
      return {
        why: 'Cloud Run reads the image with an account of its own (its service agent), and this account lost the permission on the repository.',
        fix: 'Let that account read the repository:',
        commands: [
          grantOnRepository(
            { project, location, name },
            asMember(serviceAgent(names, 'serverless-robot-prod', number)),
            'roles/artifactregistry.reader',
          ),
        ],
      };
    },
  },
  {
    id: 'image-missing',
    title: 'The image of the function is gone',
    example: {
      kind: 'start',
      message:
        "Revision 'ocr-00002-abc' is not ready and cannot serve traffic. Image 'us-central1-docker.pkg.dev/my-project/gcf-artifacts/ocr:version_1' not found.",
    },
    matches: says(/\bimage\b[\s\S]{0,300}(not found|does not exist)|manifest unknown/i),
    repair: (failure, names) => {
      const [
        ,
        location = names.region ?? 'REGION',
        project = names.project ?? 'PROJECT',
        name = 'gcf-artifacts',
      ] = image.exec(failure.message) ?? [];
      return {
        why: 'A cleanup policy of the repository, or a person, deleted the image. The function was not built again, because its source had not changed.',
        fix: `Run the job once with force: true, which builds the image again. This shows what deletes images:`,
        commands: [
          `gcloud artifacts repositories list-cleanup-policies ${quoted(name)} ${projectFlag(project)} --location=${quoted(location)}`,
        ],
      };
    },
  },
  {
    id: 'memory-exceeded',
    title: 'The function needs more memory than it has',
    example: {
      kind: 'start',
      message:
        "Revision 'ocr-00002-abc' is not ready and cannot serve traffic. The user-provided container failed to start and listen on the port defined provided by the PORT=8080 environment variable within the allocated timeout.",
      lines: [
        'Memory limit of 256 MiB exceeded with 271 MiB used. Consider increasing the memory limit, see https://cloud.google.com/run/docs/configuring/memory-limits',
      ],
    },
    matches: saysOrLogs(
      /memory limit of .{1,20} exceeded|out of memory|heap limit|OOMKilled|using too much memory/i,
    ),
    repair: (failure, names) => {
      const used = found(failure, /exceeded with ([\d.]+ ?[MG]iB?)/i);
      const limit = found(failure, /memory limit of ([\d.]+ ?[MG]iB?)/i) ?? names.memory;
      const next = nearestMemory(used, limit);
      return {
        why: `The function used ${used ?? 'more memory than it has'} while it started${limit ? `, and its limit is ${limit}` : ''}.`,
        fix: `Set memory: ${next} in this step, or load less at the start.`,
      };
    },
  },
  {
    id: 'cpu-quota',
    title: 'The region has no quota left for the instances that the function may have',
    example: {
      kind: 'start',
      message:
        "Revision 'ocr-00002-abc' is not ready and cannot serve traffic. Max instances must be set to 10 or fewer in order to set the requested total CPU. Quota violated: CpuAllocPerProjectRegion requested: 40000 allowed: 20000",
    },
    matches: says(
      /quota violated|max instances must be set to|you do not have quota|quota exceeded for total allowable/i,
    ),
    repair: (failure, names) => {
      const most = found(failure, /max instances must be set to (\d+)/i);
      const quota = found(failure, /quota violated: ?(\w+)/i) ?? 'of the region';
      return {
        why: `Maximum instances times CPU or memory is more than the quota ${quota} of ${names.region ?? 'the region'} allows, other services included.`,
        fix: `Set max_instance_count: ${most ?? 'to a lower number'}, or ask for a higher quota on https://console.cloud.google.com/iam-admin/quotas?project=${encodeURIComponent(names.project ?? '')}. These services share it:`,
        commands: [
          `gcloud run services list ${inRegion(names)} --format="table(metadata.name,spec.template.metadata.annotations)"`,
        ],
      };
    },
  },
  {
    id: 'connector-missing',
    title: 'The VPC connector or the subnetwork cannot be used',
    example: {
      kind: 'start',
      message:
        "Revision 'ocr-00002-abc' is not ready and cannot serve traffic. VPC connector projects/my-project/locations/us-central1/connectors/private does not exist, or Cloud Run does not have permission to use it.",
    },
    matches: says(
      /\b(vpc (access )?connector|subnet(work)?)\b[\s\S]{0,200}(does not exist|not found|not ready|permission|state)/i,
    ),
    repair: (failure, names) => {
      const connector =
        found(failure, /connectors\/([\w-]+)/i) ?? found(failure, /connector "?'?([\w-]+)\b(?!\/)/i);
      const region = found(failure, /locations\/([\w-]+)\/connectors/) ?? names.region;
      return {
        why: `${connector ? `The connector ${connector}` : 'The network'} does not exist in ${region ?? 'the region'}, is not ready, or may not be used by Cloud Run.`,
        fix: 'Set vpc_connector to a connector of this list whose state is READY. It must be in the region of the function:',
        commands: [
          `gcloud compute networks vpc-access connectors list --region=${quoted(region ?? 'REGION')} ${inProject(names)}`,
        ],
      };
    },
  },
  {
    id: 'cpu-and-concurrency',
    title: 'Less than one CPU serves only one request at a time',
    example: {
      kind: 'start',
      message:
        'Could not create or update Cloud Run service ocr, spec.template.spec.containers.resources.limits.cpu: Invalid value specified for cpu. Total cpu < 1 is not supported with concurrency > 1.',
    },
    matches: says(/cpu < 1 is not supported with concurrency/i),
    repair: () => ({
      why: 'The function has less than one CPU, and more than one request at a time.',
      fix: 'Set max_instance_request_concurrency: 1, or cpu: 1, in this step.',
    }),
  },
  {
    id: 'instances-crossed',
    title: 'The minimum of instances is above the maximum',
    example: {
      kind: 'start',
      message:
        'Could not create or update Cloud Run service ocr, metadata.annotations[autoscaling.knative.dev/minScale]: minScale must be less than or equal to maxScale.',
    },
    matches: says(
      /min(Scale|imum? instances?|-instances)[\s\S]{0,80}(less than|greater than|exceed|above|<=)/i,
    ),
    repair: () => ({
      why: 'min_instance_count is above max_instance_count. One of the two may be the saved setting of the function.',
      fix: 'Set both inputs in this step, the minimum at most as large as the maximum.',
    }),
  },
  {
    id: 'memory-and-cpu',
    title: 'Memory and CPU do not fit together',
    example: {
      kind: 'start',
      message:
        'Could not create or update Cloud Run service ocr, spec.template.spec.containers[0].resources.limits.memory: Invalid value specified for container memory. For 0.583 CPU, memory must be between 128Mi and 1Gi inclusive.',
    },
    matches: says(
      /for [\d.]+m? ?v?cpus?, memory must be|invalid value specified for (container )?(memory|cpu)/i,
    ),
    repair: (failure) => {
      const range = found(failure, /memory must be (between [\w.]+ and [\w.]+)/i);
      return {
        why: 'Cloud Run allows only some amounts of memory for each amount of CPU.',
        fix: `Set memory ${range ?? 'to an amount that this CPU allows'}, or raise cpu in this step (https://cloud.google.com/run/docs/configuring/services/memory-limits).`,
      };
    },
  },
  {
    id: 'runtime-account-missing',
    title: 'The account of the function does not exist',
    example: {
      kind: 'start',
      message:
        'Could not create or update Cloud Run service ocr, spec.template.spec.service_account: Service account ocr-run@my-project.iam.gserviceaccount.com does not exist.',
    },
    matches: says(/service account[\s\S]{0,120}(does not exist|was not found|not found|is disabled)/i),
    repair: (failure, names) => {
      const email = found(failure, /([\w.-]+@[\w.-]+gserviceaccount\.com)/) ?? names.runtimeAccount;
      return {
        why: `The service account ${email ?? 'of the function'} was deleted, is disabled, or its name is wrong.`,
        fix: 'Correct the input service_account (runtime_service_account if this step also logs in) to an account of this list, or create it:',
        commands: [`gcloud iam service-accounts list ${inProject(names)}`],
      };
    },
  },
];
