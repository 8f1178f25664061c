import { addSetting } from '../core/settings.ts';
import type { World } from '../core/state.ts';
import type { Call, Reply, Route } from '../core/types.ts';
import { notFound, repositoriesOf } from './repositories.ts';

/**
 * Comments on issues and pull requests (docs.github.com REST "Issue comments"). `Pull requests: write` or `Issues: write` is needed to
 * write, `read` to read. A token with the right to write may change the comments of others, too.
 */

interface Comment {
  id: number;
  repository: string;
  issue: number;
  author: string;
  body: string;
  created_at: string;
  updated_at: string;
}

/** What a token of a job may do with pull requests, and as whom. */
interface Token {
  login: string;
  pull_requests: 'read' | 'write' | 'none';
}

interface CommentsState {
  comments: Comment[];
  /** Numbers of the pull requests whose conversation is locked. Every repository has the pull requests 1 to 9. */
  locked: Set<number>;
  /** By the token itself. Any other is that of a job with `pull-requests: write`. */
  tokens: Map<string, Token>;
  serial: number;
}

/** GitHub counts characters, not bytes. */
const longest = 65_536;
const lastPullRequest = 9;
const job: Token = { login: 'github-actions[bot]', pull_requests: 'write' };

export const commentsOf = (world: World): CommentsState =>
  world.extension('github-comments', () => ({
    comments: [],
    locked: new Set<number>(),
    tokens: new Map<string, Token>(),
    serial: 5_000_000,
  }));

const docs = 'https://docs.github.com/rest/issues/comments';
const refused = (status: number, message: string, errors?: unknown): Reply => ({
  status,
  body: { message, ...(errors ? { errors } : {}), documentation_url: docs, status: String(status) },
});
const forbidden = refused(403, 'Resource not accessible by integration');
const failed = (message: string) =>
  refused(422, 'Validation Failed', [
    { resource: 'IssueComment', code: 'unprocessable', field: 'data', message },
  ]);

/**
 * `PATCH /settings {"githubComments": {"tokens": {"fork": {"pull_requests": "read"}}, "comments": [{"issue": 1, "author": "mona", "body":
 * "..."}], "locked": [2]}}` names what tokens may do, and adds comments of others.
 */
function commentSettings(world: World): void {
  const state = commentsOf(world);
  addSetting(world, 'githubComments', (value) => {
    const { tokens, comments, locked } = (value ?? {}) as {
      tokens?: Record<string, Partial<Token>>;
      comments?: { repository?: string; issue: number; author: string; body: string }[];
      locked?: number[];
    };
    for (const [token, one] of Object.entries(tokens ?? {})) state.tokens.set(token, { ...job, ...one });
    for (const { repository = 'acme/ocr', issue, author, body } of comments ?? [])
      add(state, { repository, issue, author, body });
    if (locked) state.locked = new Set(locked);
  });
  world.views.set('githubComments', () => state.comments);
}

function add(state: CommentsState, one: Pick<Comment, 'repository' | 'issue' | 'author' | 'body'>): Comment {
  const time = new Date().toISOString();
  const made = { ...one, id: ++state.serial, created_at: time, updated_at: time };
  state.comments.push(made);
  return made;
}

const show = ({ id, repository, issue, author, ...rest }: Comment) => ({
  id,
  node_id: `IC_${id}`,
  url: `https://api.github.com/repos/${repository}/issues/comments/${id}`,
  html_url: `https://github.com/${repository}/pull/${issue}#issuecomment-${id}`,
  issue_url: `https://api.github.com/repos/${repository}/issues/${issue}`,
  user: { login: author, type: author.endsWith('[bot]') ? 'Bot' : 'User' },
  ...rest,
});

/** The pages of a list: 30 entries or `per_page`, at most 100, and the addresses of the others in `link`. */
function paged(call: Call, found: readonly Comment[]): Reply {
  const size = Math.min(100, Math.max(1, Number(call.query.get('per_page') ?? 30) || 30));
  const page = Math.max(1, Number(call.query.get('page') ?? 1) || 1);
  const last = Math.max(1, Math.ceil(found.length / size));
  const to = (number: number, name: string) =>
    `<https://api.github.com${call.path}?per_page=${size}&page=${number}>; rel="${name}"`;
  const links = [
    ...(page > 1 ? [to(page - 1, 'prev'), to(1, 'first')] : []),
    ...(page < last ? [to(page + 1, 'next'), to(last, 'last')] : []),
  ];
  return {
    status: 200,
    body: found.slice((page - 1) * size, page * size).map(show),
    ...(links.length > 0 ? { headers: { link: links.join(', ') } } : {}),
  };
}

function bodyProblem(call: Call): Reply | undefined {
  const { body } = call.json();
  if (typeof body !== 'string' || body.trim() === '') return failed("Body can't be blank");
  if ([...body].length > longest) return failed(`Body is too long (maximum is ${longest} characters)`);
  return undefined;
}

export function commentRoutes(world: World): Route[] {
  commentSettings(world);
  const state = commentsOf(world);
  const tokenOf = ({ headers }: Call): Token =>
    state.tokens.get((headers.authorization ?? '').replace(/^(bearer|token) /i, '')) ?? job;
  const route = (
    method: string,
    pattern: string,
    need: 'read' | 'write',
    then: (call: Call, repository: string, id: number, token: Token) => Reply,
  ): Route => ({
    ...{ method, pattern, authenticated: false },
    handle(call, { owner, repo, id }) {
      const name = `${owner}/${repo}`;
      const { repositories } = repositoriesOf(world);
      if (!call.headers.authorization || !repositories.has(name.toLowerCase())) return notFound;
      const token = tokenOf(call);
      // A private repository does not say that it has something which the token may not see.
      if (token.pull_requests === 'none') return need === 'read' ? notFound : forbidden;
      if (need === 'write' && token.pull_requests !== 'write') return forbidden;
      return then(call, name.toLowerCase(), Number(id), token);
    },
  });
  const one =
    (then: (comment: Comment, call: Call) => Reply) => (call: Call, repository: string, id: number) => {
      const comment = state.comments.find((each) => each.id === id && each.repository === repository);
      return comment ? then(comment, call) : notFound;
    };
  const list = '/repos/:owner/:repo/issues/:id/comments';
  const single = '/repos/:owner/:repo/issues/comments/:id';
  return [
    route('GET', list, 'read', (call, repository, issue) =>
      issue > lastPullRequest
        ? notFound
        : paged(
            call,
            state.comments.filter((each) => each.repository === repository && each.issue === issue),
          ),
    ),
    route('POST', list, 'write', (call, repository, issue, { login }) => {
      if (issue > lastPullRequest) return notFound;
      if (state.locked.has(issue)) return refused(403, 'Unable to create comment because issue is locked.');
      const problem = bodyProblem(call);
      if (problem) return problem;
      const made = add(state, { repository, issue, author: login, body: String(call.json().body) });
      return { status: 201, body: show(made) };
    }),
    route(
      'GET',
      single,
      'read',
      one((comment) => ({ status: 200, body: show(comment) })),
    ),
    route(
      'PATCH',
      single,
      'write',
      one((comment, call) => {
        const problem = bodyProblem(call);
        if (problem) return problem;
        comment.body = String(call.json().body);
        comment.updated_at = new Date().toISOString();
        return { status: 200, body: show(comment) };
      }),
    ),
    route(
      'DELETE',
      single,
      'write',
      one((comment) => {
        state.comments.splice(state.comments.indexOf(comment), 1);
        return { status: 204 };
      }),
    ),
    {
      ...{ method: 'POST', pattern: '/graphql', authenticated: false },
      // The one question of GraphQL that the actions ask: as whom a token writes.
      handle: (call) =>
        call.headers.authorization
          ? { status: 200, body: { data: { viewer: { login: tokenOf(call).login } } } }
          : refused(401, 'Bad credentials'),
    },
  ];
}
