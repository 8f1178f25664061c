import type { Section } from '../../domain/comment/section.ts';
import type { Context } from '../../runner/context.ts';

/** Turns `owner/repo/.github/workflows/x.yml@ref` into the path in the repository. */
const workflowOf = (ref: string | undefined): string => /^[^/]+\/[^/]+\/(.+)@/.exec(ref ?? '')?.[1] ?? '';

/**
 * Which section of the comment a step writes: the one with its title, if it has one, else one of its own. GitHub gives a step the name of
 * its action and a number, if the workflow gives it no id.
 */
export function stepKey(
  { GITHUB_WORKFLOW_REF: workflow, GITHUB_JOB: job = '', GITHUB_ACTION: step = '' }: Context['env'],
  action: string,
  title: string | undefined,
): Pick<Section, 'key' | 'job'> {
  const key = title === undefined ? [workflowOf(workflow), job, step, action].join(' ') : `title ${title}`;
  return { key: key.slice(0, 400), job };
}
