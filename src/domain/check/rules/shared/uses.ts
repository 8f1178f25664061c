import { repository } from '../../../product.ts';
import { nodeAt, scalarsOf, textAt } from '../../../yaml/node.ts';
import type { Facts } from '../../facts/facts.ts';
import { lastOption } from '../../shell/gcloud.ts';
import { evaluateExpression, isTrue, type Known } from '../../workflow/expression.ts';
import type { Job, Step, Uses } from '../../workflow/model.ts';

/** The name of an action of ours that a step uses, `workflows/x` for a reusable workflow. Undefined for any other action. */
export function ownAction(uses: Uses | undefined): string | undefined {
  if (!uses) return undefined;
  if (uses.name === repository) return 'release';
  if (!uses.name.startsWith(`${repository}/`)) return undefined;
  const rest = uses.name.slice(repository.length + 1);
  return rest.startsWith('actions/')
    ? rest.slice(8)
    : rest.replace(/^\.github\/workflows\/(.*)\.ya?ml$/, 'workflows/$1');
}

const deploying = ['release', 'deploy', 'rollback', 'watch', 'workflows/release', 'workflows/rollback'];
const googleDeploys = /^google-github-actions\/deploy-(cloudrun|cloud-functions|appengine)$/;

/** Does this call of gcloud change what serves? */
export const isDeployVerb = (verb: string): boolean =>
  /^(functions deploy|run deploy|run services (update|replace|update-traffic)|run jobs deploy|app deploy|deploy releases create)$/.test(
    verb,
  );

const known = new WeakMap<Facts, ReadonlySet<Step | undefined>>();

/** Steps with a call of gcloud that changes what serves. Every rule about releases asks for them, so they are found once. */
function callingSteps(facts: Facts): ReadonlySet<Step | undefined> {
  const steps =
    known.get(facts) ?? new Set(facts.calls.filter(({ verb }) => isDeployVerb(verb)).map(({ step }) => step));
  known.set(facts, steps);
  return steps;
}

/** Does an action of ours only say what it would do? */
const isDryRun = (input: string | undefined): boolean => input?.trim().toLowerCase() === 'true';

/** Steps that change what serves. A dry run of ours changes nothing. */
export function deploySteps(facts: Facts, job: Job): Step[] {
  const calling = callingSteps(facts);
  return job.steps.filter(
    (step) =>
      calling.has(step) ||
      (deploying.includes(ownAction(step.uses) ?? '') && !isDryRun(step.with.get('dry_run')?.known)) ||
      googleDeploys.test(step.uses?.name ?? '') ||
      (step.script?.commands ?? []).some(
        ({ words }) => words[0]?.text === 'firebase' && words[1]?.text === 'deploy',
      ),
  );
}

/** Does the job release, by its own steps or by the reusable workflow of ours that it calls? */
export const isReleaseJob = (facts: Facts, job: Job): boolean =>
  (deploying.includes(ownAction(job.uses) ?? '') && !isDryRun(textAt(nodeAt(job.node, 'with'), 'dry_run'))) ||
  deploySteps(facts, job).length > 0;

/** Steps that log in to Google Cloud with the identity token of the job. */
export const isKeylessLogin = (step: Step): boolean => {
  const own = ownAction(step.uses);
  const logsIn =
    step.uses?.name === 'google-github-actions/auth' || (own !== undefined && !own.startsWith('workflows/'));
  return logsIn && (step.with.get('workload_identity_provider')?.text ?? '').trim() !== '';
};

/** The values that a run of a push to the main branch would give to names of expressions. */
export const onPush = (name: string): Known =>
  ({
    'github.event_name': 'push',
    'github.ref': 'refs/heads/main',
    'github.ref_name': 'main',
    'github.base_ref': '',
    'github.head_ref': '',
    'github.ref_type': 'branch',
    'github.event.repository.default_branch': 'main',
  })[name];

const onPull = (name: string): Known =>
  ({
    'github.event_name': 'pull_request',
    'github.ref': 'refs/pull/1/merge',
    'github.base_ref': 'main',
    'github.head_ref': 'topic',
    'github.ref_name': '1/merge',
    'github.event.repository.default_branch': 'main',
  })[name];

/** Events that run with the rights of the default branch have its ref, whoever started them. */
const onDefaultBranch =
  (event: string, branch: string) =>
  (name: string): Known =>
    ({
      'github.event_name': event,
      'github.ref': `refs/heads/${branch}`,
      'github.ref_name': branch,
      'github.ref_type': 'branch',
      'github.event.repository.default_branch': branch,
    })[name];

const conditionOf = (text: string): string => text.replace(/^\s*\$\{\{(.*)\}\}\s*$/s, '$1');

/** Can the node (a job or a step) run for this event? Undefined: only a run knows. */
function runsOn(node: Job['node'], lookup: (name: string) => Known): boolean | undefined {
  const text = textAt(node, 'if');
  return text === undefined ? true : isTrue(evaluateExpression(conditionOf(text), lookup));
}

/** False if the conditions keep the job, or the step, from running on a pull request. */
export const canRunOnPull = (job: Job, step?: Step): boolean =>
  runsOn(job.node, onPull) !== false &&
  (!step || runsOn(step.node, onPull) !== false) &&
  !refersToRef(job, step);

/** False if the job's condition keeps it from running on an event that takes the ref of the default branch, whatever its name. */
export const canRunOn = (event: string, job: Job): boolean =>
  [job, ...job.callers].every(({ node }) => {
    const named = [...(textAt(node, 'if') ?? '').matchAll(/'(?:refs\/heads\/)?([^']+)'/g)];
    const branches = ['main', ...named.map(([, branch = '']) => branch)];
    return branches.some((branch) => runsOn(node, onDefaultBranch(event, branch)) !== false);
  });

/** A condition on the ref that cannot be evaluated whole still keeps pull requests out. */
const refersToRef = (job: Job, step: Step | undefined): boolean =>
  [job.node, step?.node].some((node) => {
    const text = node && textAt(node, 'if');
    return (
      text !== undefined &&
      /github\.event_name\s*==\s*'(push|release|workflow_dispatch|schedule)'|github\.ref\s*==|startsWith\(github\.ref/.test(
        text,
      ) &&
      !/\|\|/.test(text)
    );
  });

/** Is the environment one for previews? */
export const isPreview = (text: string | undefined): boolean =>
  text !== undefined &&
  /preview|review|ephemeral|sandbox|staging|\bpr[-/]|\bdev\b|develop|\btest|\bqa\b/i.test(text);

const forTests = /(^|[^a-z])(integration|e2e|preview|staging|ephemeral)([^a-z]|$)/i;

/** Does every release of the job go to a service or a project that names itself one for tests? */
export function isForTests(facts: Facts, job: Job): boolean {
  const steps = deploySteps(facts, job);
  return (
    steps.length > 0 &&
    steps.every((step) => {
      const calls = facts.calls.filter((call) => call.step === step && isDeployVerb(call.verb));
      const words = calls.flatMap((call) => [call.positionals[0], lastOption(call, '--project')?.valueWord]);
      const inputs = ['service', 'name', 'project_id'].map((name) => step.with.get(name));
      const texts = [
        ...words.flatMap((word) => (word ? [word.raw, word.text ?? ''] : [])),
        ...inputs.flatMap((input) => (input ? [input.text, input.known ?? ''] : [])),
      ];
      return texts.some((text) => forTests.test(text));
    })
  );
}

/** Workflows whose runs are those of pull requests alone. */
export const isOnlyForPulls = (job: Job): boolean => {
  const events = [...job.workflow.events.keys()];
  return events.length > 0 && events.every((event) => event === 'pull_request' || event === 'merge_group');
};

export const branchesOf = (job: Job, event: string): string[] =>
  scalarsOf(nodeAt(job.workflow.events.get(event), 'branches'));
