import type { Finding } from '../findings/finding.ts';
import { ofRule } from '../findings/of-rule.ts';
import { pipelineRules } from '../findings/rules/pipeline.ts';
import type { Verdict } from '../findings/verdict.ts';
import type { RequirementResult } from './requirement.ts';
import { isSuccess, type JobFact, type ModelFact, type TaskFact } from './types.ts';

/** What a job has to have done, beside having succeeded. */
export interface Wanted {
  /** Tasks that must have run in this job: their names, or `training` for those that sound like one, or `none`. */
  mustRun: readonly string[] | 'training' | 'none';
  requirements: readonly RequirementResult[];
}

export interface Judgement {
  verdict: Verdict;
  reason: string;
  findings: Finding[];
}

/** Names of tasks that train, such as `train`, `model-trainer` and `ModelTrainer`. */
const trains = (name: string): boolean =>
  /(?:^|[^a-z])(?:re)?(?:train|fine[-_ ]?tun|fit)/i.test(name.replace(/([a-z\d])(?=[A-Z])/g, '$1-'));

const stateWords: Readonly<Record<string, string>> = {
  cached: 'was taken from the cache of an earlier job',
  not_triggered: 'was never triggered',
  cancelled: 'was cancelled',
};

/** The tasks that have failed, not the groups around them, unless only a group says so. */
export function failedTasks(tasks: readonly TaskFact[]): TaskFact[] {
  const failed = tasks.filter(({ state }) => state === 'failed');
  const own = failed.filter(({ isGroup }) => !isGroup);
  return own.length > 0 ? own : failed;
}

/** Judges a job that has ended. Only a job that succeeded, really ran and kept every bar is a pass. */
export function judgeJob(job: JobFact, { mustRun, requirements }: Wanted): Judgement {
  const findings: Finding[] = [];
  const reasons: string[] = [];
  if (!isSuccess(job.state)) {
    const failed = failedTasks(job.tasks);
    const said = failed.map(({ name, error }) => `${name}${error ? `: ${error}` : ' failed'}`);
    const about = said[0] ?? job.error ?? '';
    const title = `${endWords(job)}${about ? ` ${sentence(about)}` : ''}`;
    findings.push({
      ...ofRule(pipelineRules, 'pipeline-failed'),
      about: [job.state],
      title,
      ...(said.length > 1 ? { why: `Also: ${said.slice(1, 6).join('; ')}.` } : {}),
      ...(job.state === 'paused'
        ? { fix: `Resume or cancel it: ${job.page}` }
        : { fix: `See it: ${job.page}` }),
    });
    reasons.push(title);
  } else {
    for (const title of notRun(job.tasks, mustRun)) {
      findings.push({
        ...ofRule(pipelineRules, 'pipeline-not-run'),
        about: [title],
        title,
        fix: 'Switch caching off for it (caching: off), or say with must_run which tasks have to run.',
      });
      reasons.push(title);
    }
    const cached = job.tasks.filter(({ state, isGroup }) => state === 'cached' && !isGroup);
    if (cached.length > 0)
      findings.push({
        ...ofRule(pipelineRules, 'pipeline-cached'),
        title: `From the cache of earlier jobs: ${[...new Set(cached.map(({ name }) => name))].slice(0, 20).join(', ')}.`,
      });
    for (const result of requirements) {
      if (result.is === 'kept' || result.is === 'skipped') continue;
      const title = missText(result);
      findings.push({ ...ofRule(pipelineRules, 'pipeline-requirement'), about: [result.text], title });
      reasons.push(title);
    }
  }
  const [first] = reasons;
  if (first !== undefined) return { verdict: 'fail', reason: first, findings };
  const kept = requirements.filter(({ is }) => is === 'kept').length;
  const ran = job.tasks.filter(({ state, isGroup }) => state === 'succeeded' && !isGroup).length;
  return {
    verdict: 'pass',
    reason: `The job succeeded: ${ran} ${ran === 1 ? 'task' : 'tasks'} ran${kept > 0 ? `, and ${kept} of ${requirements.length} requirements ${kept === 1 ? 'is' : 'are'} kept` : ''}.`,
    findings,
  };
}

const sentence = (text: string): string => `${text.replace(/[.\s]+$/, '')}.`;

function endWords({ state, word }: JobFact): string {
  if (state === 'cancelled') return 'The job was cancelled.';
  if (state === 'paused') return 'The job is paused.';
  if (state === 'partly_failed') return `A part of the job failed (${word}).`;
  return 'The job failed.';
}

export function missText({ text, is, value, bar, why }: RequirementResult): string {
  if (is === 'unknown') return `${text} cannot be judged: ${why ?? 'it was not measured'}.`;
  return `${text} is missed: measured ${value}${bar === undefined ? '' : `, the bar is ${bar}`}.`;
}

/** Why the tasks that have to run did not. */
function notRun(tasks: readonly TaskFact[], mustRun: Wanted['mustRun']): string[] {
  if (mustRun === 'none') return [];
  const own = tasks.filter(({ isGroup }) => !isGroup);
  const named =
    mustRun === 'training'
      ? [...new Set(own.filter(({ name }) => trains(name)).map(({ name }) => name))]
      : mustRun;
  // Without any task that sounds like training, a job in which everything came from the cache did nothing at all.
  if (mustRun === 'training' && named.length === 0)
    return own.length === 0 || own.some(({ state }) => state === 'succeeded')
      ? []
      : ['No task ran in this job: all came from the cache or were not triggered.'];
  return named.flatMap((name) => {
    const of = tasks.filter((task) => task.name === name);
    if (of.some(({ state }) => state === 'succeeded') && !of.some(({ state }) => state === 'cached'))
      return [];
    const state = of.find((one) => one.state !== 'succeeded')?.state;
    return [
      `${name} ${state === undefined ? 'is no task of this job' : (stateWords[state] ?? `ended as ${state}`)}, so it did not run in this job.`,
    ];
  });
}

/**
 * The model that the job made. `wanted` is `task` or `task.output`. Undefined if there is none, or if there are several and none is named.
 */
export function modelOf(
  tasks: readonly TaskFact[],
  wanted: string | undefined,
): ModelFact | undefined | { several: string[] } {
  const all = tasks.flatMap(({ name, models }) => models.map((model) => ({ task: name, model })));
  const found = all.filter(
    ({ task, model }) => wanted === undefined || wanted === task || wanted === `${task}.${model.output}`,
  );
  // A group repeats the outputs of its tasks.
  const unique = new Map(
    found.map((one) => [`${one.model.name}@${one.model.version} ${one.model.uri}`, one]),
  );
  // A model of a registry says more than the file that it was made from.
  const named = [...unique.values()].filter(({ model }) => model.name !== undefined);
  const best = named.length > 0 ? named : [...unique.values()];
  if (best.length > 1) return { several: best.map(({ task, model }) => `${task}.${model.output}`) };
  return best[0]?.model;
}
