import type { Section } from '../../domain/comment/section.ts';
import { isObject, objectOf, textOf } from '../../domain/data/json.ts';
import { runPage } from '../../domain/data/run-page.ts';
import type { Context } from '../../runner/context.ts';
import { isFromFork, readEvent } from '../../runner/event.ts';

export interface PullRequest {
  /** `owner/name` of the repository that the pull request is to change. */
  repository: string;
  number: number;
  /** It comes from another repository. */
  fork: boolean;
  /** What a section says about the run. */
  of: Pick<Section, 'run' | 'commit' | 'page'>;
}

const count = (text: string | undefined): number => {
  const number = Number(text);
  return Number.isSafeInteger(number) && number > 0 ? number : 1;
};

/** The pull request of the run. Undefined if it has none, as after a push. */
export function pullRequestOf(env: Context['env']): PullRequest | undefined {
  const event = readEvent(env);
  const pull = objectOf(event.pull_request);
  const issue = objectOf(event.issue);
  // A comment on an issue is an event, too. Only the issue of a pull request names one.
  const number = Number(pull.number ?? (isObject(issue.pull_request) ? issue.number : undefined));
  const repository = env.GITHUB_REPOSITORY ?? '';
  if (!Number.isSafeInteger(number) || number < 1 || !/^[^/]+\/[^/]+$/.test(repository)) return undefined;
  const head = objectOf(pull.head);
  const run = { id: count(env.GITHUB_RUN_ID), attempt: count(env.GITHUB_RUN_ATTEMPT) };
  const server = env.GITHUB_SERVER_URL || 'https://github.com';
  return {
    repository,
    number,
    fork: isFromFork(event, env) ?? false,
    of: {
      run,
      commit: textOf(head.sha) ?? env.GITHUB_SHA ?? '',
      page: runPage(server, repository, run.id, run.attempt),
    },
  };
}
