import { quoted } from '../../data/shell.ts';
import type { FailureFacts } from '../../errors/facts.ts';
import { enableService, inProject, inRegion } from '../commands.ts';
import { nearestRegion } from '../regions.ts';
import { found, type Row } from '../row.ts';

/** The project itself refuses: an API, billing, a perimeter, a region. */

const reasonIs =
  (...reasons: readonly string[]) =>
  ({ reason }: FailureFacts) =>
    reason !== undefined && reasons.includes(reason);

/** `run.googleapis.com` from ErrorInfo, or from the sentence. */
function serviceOf(failure: FailureFacts): string | undefined {
  const name = failure.metadata?.service ?? found(failure, /\b([a-z0-9-]+\.googleapis\.com)\b/);
  return name ?? (failure.api && `${failure.api}.googleapis.com`);
}

/** The location that Google does not know, or does not admit to know. */
function locationIn(message: string): string | undefined {
  const match =
    /permission denied on '?locations\/([a-z0-9-]+)'?/i.exec(message) ??
    /\b(?:location|region) '?([a-z0-9-]+)'? (?:is |was )?(?:not found|invalid|unknown|unsupported|not supported|unavailable)/i.exec(
      message,
    ) ??
    /(?:invalid|unknown|unsupported) (?:location|region)[: ]+'?([a-z0-9-]+)/i.exec(message);
  return match?.[1];
}

export const projectRows: readonly Row[] = [
  {
    id: 'service-disabled',
    title: 'An API is not enabled in the project',
    blame: 'environment',
    example: {
      kind: 'call',
      api: 'cloudfunctions',
      status: 403,
      statusName: 'PERMISSION_DENIED',
      reason: 'SERVICE_DISABLED',
      domain: 'googleapis.com',
      metadata: {
        service: 'cloudfunctions.googleapis.com',
        consumer: 'projects/123456789012',
        activationUrl:
          'https://console.developers.google.com/apis/api/cloudfunctions.googleapis.com/overview?project=123456789012',
      },
      message:
        'Cloud Functions API has not been used in project 123456789012 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/cloudfunctions.googleapis.com/overview?project=123456789012 then retry.',
    },
    matches: (failure) =>
      reasonIs('SERVICE_DISABLED', 'API_DISABLED')(failure) ||
      /API has not been used in project|\bAPI\b.{0,80}(is disabled|is not enabled)/i.test(failure.message),
    repair: (failure, names) => {
      const service = serviceOf(failure) ?? 'SERVICE.googleapis.com';
      const number =
        found(failure, /project[s ]\/?(\d{6,})/) ?? failure.metadata?.consumer?.replace(/^projects\//, '');
      return {
        why: `The project ${names.project ?? number ?? ''} does not use ${service}. A change takes a few minutes to take effect.`.replace(
          '  ',
          ' ',
        ),
        fix: 'Switch the API on (needs roles/serviceusage.serviceUsageAdmin), wait a few minutes, and run the job again:',
        commands: [enableService({ ...names, project: names.project ?? number }, [service])],
      };
    },
  },
  {
    id: 'billing-disabled',
    title: 'The project has no active billing account',
    blame: 'environment',
    example: {
      kind: 'call',
      status: 403,
      statusName: 'PERMISSION_DENIED',
      reason: 'BILLING_DISABLED',
      domain: 'googleapis.com',
      metadata: { service: 'run.googleapis.com', consumer: 'projects/123456789012' },
      message:
        'This API method requires billing to be enabled. Please enable billing on project #123456789012 by visiting https://console.developers.google.com/billing/enable?project=123456789012 then retry.',
    },
    matches: (failure) =>
      reasonIs('BILLING_DISABLED')(failure) ||
      /requires billing to be enabled|billing (account|is).{0,60}(disabled|not (enabled|active|open)|closed)/i.test(
        failure.message,
      ),
    repair: (_failure, names) => ({
      why: 'Google serves and builds nothing for a project whose billing account is missing, closed or unpaid. Functions that run may stop too.',
      fix: `A billing administrator opens the account, or links another one, on https://console.cloud.google.com/billing/linkedaccount?project=${encodeURIComponent(names.project ?? '')}. This shows the state:`,
      commands: [`gcloud billing projects describe ${quoted(names.project ?? 'PROJECT')}`],
    }),
  },
  {
    id: 'perimeter',
    title: 'VPC Service Controls refuse the call',
    blame: 'environment',
    example: {
      kind: 'call',
      status: 403,
      statusName: 'PERMISSION_DENIED',
      reason: 'SECURITY_POLICY_VIOLATED',
      domain: 'googleapis.com',
      metadata: { uid: 'Uid0abcDEF' },
      message:
        "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: Uid0abcDEF",
    },
    matches: (failure) =>
      reasonIs('SECURITY_POLICY_VIOLATED')(failure) ||
      /prohibited by organization'?s policy|vpcServiceControlsUniqueIdentifier|outside of (the|a) (service )?perimeter/i.test(
        failure.message,
      ),
    repair: (failure, names) => {
      const id = failure.metadata?.uid ?? found(failure, /UniqueIdentifier:? ?([\w-]+)/);
      return {
        why: `The project is inside a service perimeter, and this runner or this identity is outside of it${id ? `. The number of the refusal is ${id}` : ''}.`,
        fix: 'Run the job on a runner inside the perimeter, or have its administrator add an ingress rule for this identity. The audit log says which rule is missing:',
        commands: [
          `gcloud logging read ${quoted(`protoPayload.metadata.vpcServiceControlsUniqueId="${id ?? 'ID'}"`)} ${inProject(names)} --limit=1`,
        ],
      };
    },
  },
  {
    id: 'region-unknown',
    title: 'The region does not exist',
    blame: 'code',
    example: {
      kind: 'call',
      api: 'cloudfunctions',
      path: '/v2/projects/my-project/locations/us-centrall1/functions',
      status: 403,
      statusName: 'PERMISSION_DENIED',
      message: "Permission denied on 'locations/us-centrall1' (or it may not exist).",
    },
    matches: (failure) => locationIn(failure.message) !== undefined,
    repair: (failure, names) => {
      const region = locationIn(failure.message) ?? '';
      const near = nearestRegion(region);
      return {
        why: `Cloud Functions has no region ${region}${near ? `; did you mean ${near}?` : '.'}`,
        fix: near ? `Set region: ${near}. All regions:` : 'Set region to one of these:',
        commands: [`gcloud functions regions list ${inProject(names)}`],
      };
    },
  },
  {
    id: 'project-missing',
    title: 'The project does not exist, or this identity may not see it',
    blame: 'environment',
    example: {
      kind: 'call',
      status: 403,
      statusName: 'PERMISSION_DENIED',
      reason: 'CONSUMER_INVALID',
      domain: 'googleapis.com',
      metadata: { consumer: 'projects/my-projct' },
      message: "Project 'projects/my-projct' not found or permission denied.",
    },
    matches: (failure) =>
      reasonIs('CONSUMER_INVALID', 'RESOURCE_PROJECT_INVALID')(failure) ||
      /\bproject '?(projects\/)?[\w:.-]+'? (was )?not found|project .{0,80}(has been deleted|marked for deletion)/i.test(
        failure.message,
      ),
    repair: (_failure, names) => ({
      why: `There is no project with the id ${names.project ?? 'in project_id'}, it was deleted, or this identity has no role on it. Google does not say which.`,
      fix: 'Set project_id to the id (not the name or number) of a project in this list:',
      commands: ['gcloud projects list'],
    }),
  },
  {
    id: 'service-taken',
    title: 'A Cloud Run service of that name exists, and another tool made it',
    blame: 'environment',
    example: {
      kind: 'call',
      api: 'cloudfunctions',
      status: 409,
      statusName: 'ALREADY_EXISTS',
      message:
        'Could not create Cloud Run service ocr. A Cloud Run service with this name already exists. Please redeploy the function with a different name.',
    },
    matches: (failure) => /cloud run service with this name already exists/i.test(failure.message),
    repair: (failure, names) => {
      const service = found(failure, /Cloud Run service ([\w-]+)\./) ?? names.name ?? 'SERVICE';
      const { creator, created, client } = failure.metadata ?? {};
      const maker =
        creator &&
        ` It was made by ${creator}${created ? ` on ${created.slice(0, 10)}` : ''}${client ? ` with ${client}` : ''}.`;
      return {
        why: `A function needs a Cloud Run service of its own name, and ${service} exists without a function.${maker ?? ''} It does not go away by waiting.`,
        fix: `Set another name in this step, or delete the service if nothing uses it. This shows who made it:`,
        commands: [
          `gcloud run services describe ${quoted(service)} ${inRegion(names)} --format="yaml(metadata.creationTimestamp,metadata.annotations,metadata.labels)"`,
        ],
      };
    },
  },
];
