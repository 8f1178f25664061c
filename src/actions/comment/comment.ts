import { explainRefusal } from '../../domain/comment/refusal.ts';
import { messageOf } from '../../domain/errors/errors.ts';
import type { View } from '../../domain/report/render.ts';
import type { CommentRecord, Report } from '../../domain/report/report.ts';
import { sectionOf } from '../../domain/summary/comment/section.ts';
import { createComments } from '../../github/comments.ts';
import type { Context } from '../../runner/context.ts';
import { CommentRefused } from '../../steps/comment/ports.ts';
import { writeSection } from '../../steps/comment/write-section.ts';
import { type PullRequest, pullRequestOf } from './pull-request.ts';
import { stepKey } from './step-key.ts';

/** A comment is no reason to keep a job waiting. */
const deadlineMs = 45_000;

/** Brings the result of a step into the comment on the pull request. It never throws: a result counts without a comment, too. */
export async function writeComment(
  context: Context,
  report: Report,
  view: View | undefined,
): Promise<CommentRecord> {
  const { env, inputs, clock, secrets, id, signal: cancelled } = context;
  const { token, section: title } = inputs.comment ?? {};
  if (cancelled.aborted) return { state: 'none', why: 'the run was cancelled.' };
  const pull = pullRequestOf(env);
  if (!pull) return { state: 'none', why: 'this run belongs to no pull request.' };
  if (token === undefined)
    return {
      state: 'refused',
      why: 'there is no token.',
      fix: 'Set `github_token`, or leave it out on GitHub.',
    };
  const signal = AbortSignal.any([cancelled, AbortSignal.timeout(deadlineMs)]);
  const comments = createComments({
    token,
    apiUrl: env.GITHUB_API_URL,
    repository: pull.repository,
    pullRequest: pull.number,
    clock,
  });
  const section = secrets.redactAll(
    sectionOf(report, view, { title, writer: id, ...stepKey(env, report.action, title), ...pull.of }),
  );
  try {
    return await writeSection({ comments, clock }, section, signal);
  } catch (error) {
    return refused(error, pull, cancelled.aborted);
  }
}

function refused(error: unknown, { fork }: PullRequest, cancelled: boolean): CommentRecord {
  if (cancelled) return { state: 'none', why: 'the run was cancelled.' };
  const [status, said] =
    error instanceof CommentRefused ? [error.status, error.said] : [undefined, messageOf(error)];
  return { state: 'refused', ...explainRefusal({ status, said }, fork) };
}
