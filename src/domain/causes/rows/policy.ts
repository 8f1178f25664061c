import { quoted } from '../../data/shell.ts';
import type { FailureFacts } from '../../errors/facts.ts';
import { inProject } from '../commands.ts';
import { wayAround } from '../constraints.ts';
import { found, type Row } from '../row.ts';

/** Policies of the organisation, and quotas. Google names both in the details of its answer and not in the sentence. */

const isConstraint = (text: string | undefined) =>
  text?.replace(/^customConstraints\//, 'constraints/').startsWith('constraints/') === true;

interface Violated {
  constraint: string;
  value: string | undefined;
  description: string;
}

function violated(failure: FailureFacts): Violated[] {
  const listed = (failure.preconditions ?? []).flatMap(({ type, subject, description }) =>
    isConstraint(type) || /^orgpolicy:/.test(subject)
      ? [
          {
            constraint: (type ?? found(failure, /(constraints\/[\w.]+)/) ?? '').replace(/^constraints\//, ''),
            value: /[?&]configvalue=([^&\s]+)/.exec(subject)?.[1],
            description,
          },
        ]
      : [],
  );
  if (listed.length > 0) return listed;
  return [...failure.message.matchAll(/constraints\/([\w.]+)/g)].map(([, constraint = '']) => ({
    constraint,
    value: undefined,
    description: '',
  }));
}

const isMembers = ({ constraint }: Violated) => /allowedPolicyMember/.test(constraint);
const describe = (constraint: string, names: Parameters<typeof inProject>[0]) =>
  constraint
    ? `gcloud org-policies describe ${quoted(constraint)} ${inProject(names)} --effective`
    : `gcloud org-policies list ${inProject(names)}`;

export const policyRows: readonly Row[] = [
  {
    id: 'member-refused',
    title: 'A policy of the organisation refuses a member',
    blame: 'environment',
    example: {
      kind: 'call',
      status: 400,
      statusName: 'FAILED_PRECONDITION',
      message: 'One or more users named in the policy do not belong to a permitted customer.',
      preconditions: [
        {
          type: 'constraints/iam.allowedPolicyMemberDomains',
          subject: 'orgpolicy:projects/my-project?configvalue=allUsers',
          description: 'User allUsers is not in permitted organization.',
        },
      ],
    },
    matches: (failure) =>
      violated(failure).some(isMembers) ||
      /do not belong to a permitted customer|not in permitted organization/i.test(failure.message),
    repair: (failure, names) => {
      const [first] = violated(failure).filter(isMembers);
      const constraint = first?.constraint ?? 'iam.allowedPolicyMemberDomains';
      return {
        why: `The constraint ${constraint} forbids ${first?.value ? `the member ${first.value}` : 'one of the members'}. The whole policy is checked at every write, so a member from before the constraint stops every change of this policy.`,
        fix: 'Remove that member from the policy by hand, or have an administrator (roles/orgpolicy.policyAdmin) allow it. This shows what is allowed:',
        commands: [describe(constraint, names)],
      };
    },
  },
  {
    id: 'org-policy',
    title: 'A policy of the organisation forbids a setting',
    blame: 'environment',
    example: {
      kind: 'call',
      status: 400,
      statusName: 'FAILED_PRECONDITION',
      message:
        'The request has violated one or more Org Policies. Please refer to the respective violations for more information.',
      preconditions: [
        {
          type: 'constraints/cloudfunctions.allowedIngressSettings',
          subject: 'orgpolicy:projects/my-project?configvalue=ALLOW_ALL',
          description: 'The value ALLOW_ALL is not allowed.',
        },
      ],
    },
    matches: (failure) =>
      violated(failure).length > 0 ||
      /violated one or more org(anization)? policies|\bconstraint\b[\s\S]{0,120}violated/i.test(
        failure.message,
      ),
    repair: (failure, names) => {
      const all = violated(failure);
      const constraints = [...new Set(all.map(({ constraint }) => constraint))];
      const shown = all.map(({ constraint, value, description }) =>
        [constraint, value && `for ${value}`, description && `(${description.replace(/\.$/, '')})`]
          .filter(Boolean)
          .join(' '),
      );
      return {
        why: `Violated: ${shown.join('; ') || 'a constraint that Google does not name'}. Only an administrator of the organisation (roles/orgpolicy.policyAdmin) can change it.`,
        fix: `${[...new Set(constraints.map(wayAround))].join(' ')} This shows what is allowed:`.trim(),
        commands: (constraints.length > 0 ? constraints : ['']).map((constraint) =>
          describe(constraint, names),
        ),
      };
    },
  },
  {
    id: 'rate-quota',
    title: 'A quota of requests per minute or per day is used up',
    blame: 'environment',
    passes: true,
    example: {
      kind: 'call',
      api: 'cloudfunctions',
      status: 429,
      statusName: 'RESOURCE_EXHAUSTED',
      reason: 'RATE_LIMIT_EXCEEDED',
      domain: 'googleapis.com',
      metadata: {
        service: 'cloudfunctions.googleapis.com',
        quota_metric: 'cloudfunctions.googleapis.com/write_requests',
        quota_limit: 'WriteRequestsPerMinutePerProject',
        quota_limit_value: '60',
        consumer: 'projects/123456789012',
      },
      message:
        "Quota exceeded for quota metric 'Write requests' and limit 'Write requests per minute' of service 'cloudfunctions.googleapis.com' for consumer 'project_number:123456789012'.",
    },
    matches: ({ status, statusName, reason }) =>
      status === 429 ||
      statusName === 'RESOURCE_EXHAUSTED' ||
      reason === 'RATE_LIMIT_EXCEEDED' ||
      reason === 'RESOURCE_QUOTA_EXCEEDED',
    repair: (failure, names) => {
      const { metadata = {}, quotas = [], retryAfterMs } = failure;
      const metric = metadata.quota_metric ?? found(failure, /quota metric '([^']+)'/);
      const limit = metadata.quota_limit ?? found(failure, /limit '([^']+)'/);
      const service =
        metadata.service ??
        found(failure, /service '([^']+)'/) ??
        `${failure.api ?? 'cloudfunctions'}.googleapis.com`;
      const detail = quotas
        .map(({ subject, description }) => `${subject}: ${description}`.replace(/\.$/, ''))
        .join('; ');
      const named = [
        metric && `quota ${metric}`,
        limit && `limit ${limit}`,
        metadata.quota_limit_value && `value ${metadata.quota_limit_value}`,
      ]
        .filter(Boolean)
        .join(', ');
      return {
        why: `${named || detail || 'Google does not name the quota'} of ${service} is used up by this job and by all others of the project.`.replace(
          /^q/,
          'Q',
        ),
        fix: `Wait (${retryAfterMs ? `Google asks for ${Math.ceil(retryAfterMs / 1000)} s` : 'limits per minute are free again after a minute'}), release fewer functions at a time, or ask for more on https://console.cloud.google.com/iam-admin/quotas?service=${service}&project=${encodeURIComponent(names.project ?? '')}. This shows the limits:`,
        commands: [`gcloud beta quotas info list --service=${quoted(service)} ${inProject(names)}`],
      };
    },
  },
];
