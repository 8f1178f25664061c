import { isRateLimit } from '../domain/comment/refusal.ts';
import { listOf, objectOf, textOf } from '../domain/data/json.ts';
import { retryAfterMs } from '../domain/data/retry-after.ts';
import { mayRetry, type RetryRule } from '../http/retry.ts';
import { TransportError } from '../http/transport-error.ts';
import { CommentRefused, type Comments, type PostedComment } from '../steps/comment/ports.ts';
import type { Clock } from '../steps/ports/clock.ts';
import { createGithubClient, saidBy, statusOf } from './client.ts';

export interface CommentsOptions {
  token: string;
  /** Base URL of GitHub's API, from GITHUB_API_URL. */
  apiUrl: string | undefined;
  /** `owner/name`. */
  repository: string;
  pullRequest: number;
  clock: Pick<Clock, 'steady' | 'sleep'>;
  /** Milliseconds for one request. */
  timeoutMs?: number;
  /** Milliseconds for one call with its repetitions. */
  deadlineMs?: number;
}

/** The author of comments with the token of a job. */
const jobAuthor = 'github-actions[bot]';
const perPage = 100;
/** GitHub takes 2500 comments on one issue. */
const mostPages = 40;

const postedOf = (value: unknown): PostedComment => {
  const comment = objectOf(value);
  return {
    id: Number(comment.id),
    author: textOf(objectOf(comment.user).login) ?? '',
    body: textOf(comment.body) ?? '',
    url: textOf(comment.html_url) ?? '',
  };
};

/**
 * The comments of a pull request (REST "Issue comments", which serves pull requests too). Reads are repeated, and writes where GitHub
 * certainly did nothing or where doing them again is harmless.
 */
export function createComments(options: CommentsOptions): Comments {
  const { token, apiUrl, repository, pullRequest, clock, timeoutMs = 10_000, deadlineMs = 20_000 } = options;
  // A page holds a hundred comments of up to 65 536 characters.
  const github = createGithubClient({ token, apiUrl, timeoutMs, maxBytes: 32 * 1024 * 1024 });
  const [owner = '', repo = ''] = repository.split('/');
  const at = { owner, repo, issue_number: pullRequest };
  const all = '/repos/{owner}/{repo}/issues/{issue_number}/comments';
  const one = '/repos/{owner}/{repo}/issues/comments/{comment_id}';

  async function call(
    rule: RetryRule,
    route: string,
    parameters: Record<string, unknown>,
    signal: AbortSignal,
  ): Promise<unknown> {
    const deadline = clock.steady() + deadlineMs;
    for (let tries = 1; ; tries++) {
      try {
        const { status, data } = await github.request(route, parameters, signal);
        if (status < 300) return data;
        throw new CommentRefused(status, 'the repository has moved', false);
      } catch (error) {
        if (signal.aborted || error instanceof CommentRefused) throw error;
        const failure = failureOf(error);
        const wait = failure.retryAfterMs ?? Math.min(8000, 500 * 2 ** (tries - 1));
        const limited = isRateLimit(failure);
        const again = limited || mayRetry(rule, shownTo(failure));
        if (!again || clock.steady() + wait >= deadline) {
          const unclear = rule !== 'read' && !limited && (failure.status ?? 500) >= 500;
          throw new CommentRefused(failure.status, failure.said, unclear);
        }
        await clock.sleep(wait, signal);
      }
    }
  }

  return {
    async author(signal) {
      // REST has no call by which the token of a job learns its own name. Gitea and Forgejo have no GraphQL.
      const base = (apiUrl ?? 'https://api.github.com').replace(/\/v3\/?$/, '').replace(/\/$/, '');
      const asked = [
        async () => {
          const query = { query: '{ viewer { login } }' };
          const { data } = objectOf(await call('read', `POST ${base}/graphql`, query, signal));
          return objectOf(data).viewer;
        },
        () => call('read', 'GET /user', {}, signal),
      ];
      for (const ask of asked) {
        try {
          const login = textOf(objectOf(await ask()).login);
          if (login !== undefined) return login;
        } catch (error) {
          if (!(error instanceof CommentRefused) || error.status === undefined) throw error;
        }
      }
      return jobAuthor;
    },
    async list(signal) {
      const comments = new Map<number, PostedComment>();
      for (let page = 1; page <= mostPages; page++) {
        const before = comments.size;
        const found = listOf(await call('read', `GET ${all}`, { ...at, per_page: perPage, page }, signal));
        for (const one of found.map(postedOf)) comments.set(one.id, one);
        // A server without pages answers every time with all.
        if (found.length < perPage || comments.size === before) break;
      }
      return [...comments.values()].sort((a, b) => a.id - b.id);
    },
    create: async (body, signal) => postedOf(await call('write', `POST ${all}`, { ...at, body }, signal)),
    update: async (id, body, signal) =>
      postedOf(await call('repeatable-write', `PATCH ${one}`, { owner, repo, comment_id: id, body }, signal)),
    async remove(id, signal) {
      try {
        await call('repeatable-write', `DELETE ${one}`, { owner, repo, comment_id: id }, signal);
      } catch (error) {
        if (!(error instanceof CommentRefused) || error.status !== 404) throw error;
      }
    },
  };
}

interface Failure {
  /** Undefined if there was no answer. */
  status: number | undefined;
  transport: TransportError | undefined;
  said: string;
  retryAfterMs: number | undefined;
}

/** What decides on another attempt. An error that is neither is our own, as an answer that is too large. */
const shownTo = ({ status, transport }: Failure) =>
  transport ? { transport } : status === undefined ? {} : { status };

/** The deadline of the client and that of its request end at the same time. */
const timedOut = new TransportError('timeout', true, 'GitHub did not answer in time.', undefined);
const isTimeout = (error: unknown) => (error as { name?: unknown } | undefined)?.name === 'TimeoutError';

/** Octokit gives an error of the network the status 500 and no answer. */
function failureOf(error: unknown): Failure {
  const response = objectOf(objectOf(error).response);
  const data = objectOf(response.data);
  const errors = listOf(data.errors).flatMap((each) => textOf(objectOf(each).message) ?? []);
  const sent = objectOf(response.headers);
  const headers = { 'retry-after': textOf(sent['retry-after']), date: textOf(sent.date) };
  const causes: unknown[] = [error, error instanceof Error ? error.cause : undefined];
  return {
    status: Object.keys(response).length > 0 ? statusOf(error) : undefined,
    transport:
      causes.find((each) => each instanceof TransportError) ??
      (causes.some(isTimeout) ? timedOut : undefined),
    said: [saidBy(error), ...errors].join(': '),
    retryAfterMs: retryAfterMs(headers) || undefined,
  };
}
