import { quoted } from '../../data/shell.ts';
import { inProject, inRegion } from '../commands.ts';
import { nearestMemory } from '../memory.ts';
import { found, type Row, says, saysOrLogs } from '../row.ts';

/** A new revision did not become ready because of a setting (conditions of Cloud Run). */

export const startRows: readonly Row[] = [
  {
    id: 'memory-exceeded',
    title: 'The function needs more memory than it has',
    blame: 'code',
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
    blame: 'environment',
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
    blame: 'environment',
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
    blame: 'code',
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
    blame: 'code',
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
    blame: 'code',
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
    blame: 'environment',
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
