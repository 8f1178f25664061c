import { shortName } from '../data/resource-name.ts';
import { imageProblemText, imageRemedy } from '../image/image.ts';
import type { SizeProblem } from './limits.ts';
import { invokePermission, invokerRole, type Place, withoutText } from './permissions.ts';
import type { CheckRow, Need, PreflightTarget } from './row.ts';

/** The sentences of the preflight. No code reads them. */

/** What is missing, as part of a sentence. */
export function needText(need: Need, { project, region }: PreflightTarget): string {
  switch (need.kind) {
    case 'permission': {
      return `the permission ${need.permission} on the ${need.place} ${shortName(need.resource)}`;
    }
    case 'account':
      return `the ${need.place} ${need.account}: it does not exist`;
    case 'api':
      return `the API ${need.service}, which is switched off in project ${project}`;
    case 'token':
      return need.account === undefined
        ? 'an account that can call the function'
        : `an ID token of ${need.account}, which calls the function`;
    case 'invoke':
      return need.service === undefined
        ? `the permission ${invokePermission} of ${need.account} on a function that does not exist yet`
        : `the permission ${invokePermission} of ${need.account} on the service ${shortName(need.service)}`;
    case 'ingress':
      return `a way to the function: its ingress is ${need.ingress}, and ${runnerText(need)}`;
    case 'size':
      return sizeText(need.problem);
    case 'elsewhere':
      return `a confirmation of the region: there is no function of this name in ${region}, but there is one in ${need.regions.join(', ')}`;
    case 'image':
      return need.problem ? imageProblemText(need.problem) : `the image ${need.image}`;
    case 'agent':
      return `the right of Cloud Run's service agent ${need.account} to read the repository ${need.repository.repository} of project ${need.repository.project}, which has the image: no binding of the two names it`;
    case 'project':
      return `a role on project ${project}, or the project itself: Google does not tell which`;
  }
}

function runnerText({ hosted, proved }: Extract<Need, { kind: 'ingress' }>): string {
  if (proved) return 'Google turned a request of this runner away';
  return hosted
    ? "this runner is one of GitHub's, outside your network"
    : 'this runner is perhaps not in its network';
}

function sizeText(problem: SizeProblem): string {
  switch (problem.problem) {
    case 'memory_too_small':
      return `at least 128Mi of memory: memory is ${problem.memory}${problem.meant ? `, which is ${problem.memory} bytes` : ''}`;
    case 'memory_too_large':
      return `at most 32Gi of memory: memory is ${problem.memory}`;
    case 'cpu_unknown':
      return `a number of CPUs that Cloud Run has (0.08 to 1, then 1, 2, 4, 6 or 8): cpu is ${problem.cpu}`;
    case 'cpu_below_one':
      return `at least 1 CPU for ${problem.concurrency} requests at a time: ${problem.derived ? `this memory comes with ${problem.cpu} CPU` : `cpu is ${problem.cpu}`}`;
    case 'memory_needs_cpu':
      return `at least ${problem.least} CPU for ${problem.memory} of memory: cpu is ${problem.cpu}`;
    case 'cpu_needs_memory':
      return `at least ${problem.least} of memory for ${problem.cpu} CPUs: memory is ${problem.memory}`;
    case 'min_above_max':
      return `max_instance_count of at least min_instance_count: ${problem.min} is above ${problem.max}`;
  }
}

/** The inputs that name an account. */
const inputOf: Partial<Record<Place, string>> = {
  'build account': 'build_service_account',
  'gateway account': 'backend_service_account',
};

/** What to do about it, as a sentence. Undefined if the command block does it. */
export function remedyText(need: Need): string | undefined {
  switch (need.kind) {
    case 'permission':
      return withoutText(need.permission, need.place);
    case 'account':
      return `Correct ${inputOf[need.place] ?? 'runtime_service_account'}, or create the account.`;
    case 'api':
      return undefined;
    case 'token':
      return need.account === undefined
        ? 'Set invoker_service_account: a federated identity alone cannot get an ID token.'
        : need.remedy?.fix;
    case 'invoke':
      return need.service === undefined
        ? `The smoke test of a first release may be refused. Grant ${invokerRole} on the service then, and run this job again: it goes on with the smoke test.`
        : undefined;
    case 'ingress':
      return `${need.hosted && !need.proved ? 'If this runner does reach your network (private networking, a VPN), set preflight: warn. Otherwise use' : 'Use'} a runner inside the network, or test before the release with actions/smoke-test and its input command, and set smoke_suite: none.`;
    case 'size':
      return sizeRemedy(need.problem);
    case 'elsewhere':
      return 'Correct region, or set new_region: true for a first release in one more region.';
    case 'image':
      return need.problem && imageRemedy(need.problem);
    case 'agent':
      return 'Grant it roles/artifactregistry.reader on the repository. If a folder or the organisation grants it already, nothing is missing.';
    case 'project':
      return 'Correct project_id, or grant the roles of the README to the identity of this job.';
  }
}

function sizeRemedy(problem: SizeProblem): string {
  switch (problem.problem) {
    case 'memory_too_small':
      return problem.meant ? `Write memory: ${problem.meant}.` : 'Raise memory.';
    case 'memory_too_large':
      return 'Lower memory.';
    case 'cpu_unknown':
      return 'Correct cpu.';
    case 'cpu_below_one':
      return 'Set cpu: 1, or max_instance_request_concurrency: 1.';
    case 'memory_needs_cpu':
      return `Set cpu: ${problem.least}, or lower memory.`;
    case 'cpu_needs_memory':
      return `Set memory: ${problem.least}, or lower cpu.`;
    case 'min_above_max':
      return 'Raise max_instance_count, or lower min_instance_count.';
  }
}

/** One row of the list: what, what for, and what to do. */
export function rowText(row: CheckRow, target: PreflightTarget): string {
  const remedy = remedyText(row.need);
  return `${needText(row.need, target)} (needed for: ${row.stage.toLowerCase()})${remedy ? `. ${remedy}` : '.'}`;
}
