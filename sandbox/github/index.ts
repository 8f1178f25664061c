import { addSetting } from '../core/settings.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition, Reply, Route } from '../core/types.ts';
import type { SubjectFormat } from '../identity/claims.ts';
import { subjectFormat } from '../identity/oidc.ts';
import { identityOf } from '../identity/state.ts';
import { commentRoutes } from './comments.ts';
import { deploymentRecordRoutes } from './deployment-records.ts';
import { environmentRoutes } from './environments.ts';
import { notFound, repositorySettings } from './repositories.ts';

/** The fields of a workflow run that say whether it is still running (docs.github.com REST "Get a workflow run"). */
interface Run {
  status: string;
  conclusion: string | null;
  run_attempt: number;
}

export interface GithubState {
  /** The runs by id. A run that is not in the map has ended: `completed`, `success`. */
  runs: Map<string, Run>;
}

export const githubOf = (world: World): GithubState => world.extension('github', () => ({ runs: new Map() }));

/**
 * The part of GitHub's REST API that the actions use. `PATCH /settings {"github": {"runs": {"7": {"status":
 * "in_progress"}}}}` sets a run. The value `null` makes the run answer 404.
 */
export function githubApis(world: World): ApiDefinition[] {
  const state = githubOf(world);
  const missing = new Set<string>();
  repositorySettings(world);
  addSetting(world, 'github', (value) => {
    const { runs } = (value ?? {}) as { runs?: Record<string, Partial<Run> | null> };
    for (const [id, run] of Object.entries(runs ?? {})) {
      if (run === null) missing.add(id);
      else {
        missing.delete(id);
        const status = run.status ?? 'completed';
        const conclusion = run.conclusion ?? (status === 'completed' ? 'success' : null);
        state.runs.set(id, { status, conclusion, run_attempt: run.run_attempt ?? 1 });
      }
    }
  });
  world.views.set('github', () => ({ runs: Object.fromEntries(state.runs) }));

  function showRun(repository: string, id: string, attempt?: string): Reply {
    if (!/^\d+$/.test(id) || missing.has(id)) return notFound;
    const run = state.runs.get(id) ?? {
      status: 'completed',
      conclusion: 'success',
      run_attempt: Number(attempt ?? 1),
    };
    // Earlier attempts of a run have ended, even if the latest one is still running.
    const over = attempt !== undefined && Number(attempt) < run.run_attempt && run.status !== 'completed';
    const shown = over ? { status: 'completed', conclusion: 'failure', run_attempt: Number(attempt) } : run;
    return {
      status: 200,
      body: {
        id: Number(id),
        name: 'Release',
        ...shown,
        html_url: `https://github.com/${repository}/actions/runs/${id}`,
      },
    };
  }
  const open = (method: string, pattern: string, handle: Route['handle']): Route => ({
    method,
    pattern,
    authenticated: false,
    handle,
  });
  const customization = (name: (params: Record<string, string>) => string, pattern: string): Route[] => [
    open('GET', pattern, (_, params) => ({ status: 200, body: subjectFormat(world, name(params)) })),
    open('PUT', pattern, (call, params) => {
      identityOf(world).subjectFormats.set(name(params), call.json() as unknown as SubjectFormat);
      return { status: 201, body: {} };
    }),
  ];
  return [
    {
      name: 'github',
      routes: [
        open('GET', '/repos/:owner/:repo/actions/runs/:id', (_, { owner, repo, id }) =>
          showRun(`${owner}/${repo}`, id ?? ''),
        ),
        open(
          'GET',
          '/repos/:owner/:repo/actions/runs/:id/attempts/:attempt',
          (_, { owner, repo, id, attempt }) => showRun(`${owner}/${repo}`, id ?? '', attempt),
        ),
        ...environmentRoutes(world),
        ...commentRoutes(world),
        ...deploymentRecordRoutes(world),
        ...customization(
          ({ owner, repo }) => `${owner}/${repo}`,
          '/repos/:owner/:repo/actions/oidc/customization/sub',
        ),
        ...customization(({ owner }) => owner as string, '/orgs/:owner/actions/oidc/customization/sub'),
      ],
      fallback: () => notFound,
    },
  ];
}
