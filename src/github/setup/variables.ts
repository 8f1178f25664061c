import { textOrEmpty } from '../../domain/data/json.ts';
import type { Observed } from '../../domain/setup/observed.ts';
import type { SetupRow } from '../../domain/setup/plan.ts';
import type { Of } from '../../domain/setup/resource.ts';
import type { GithubClient } from '../client.ts';
import { observe, send } from './calls.ts';
import { named } from './repositories.ts';

/** Variables of a repository or of one of its environments (REST "GitHub Actions variables"). None of them is a secret. */

function placeOf({ repository, environment }: Of<'variable'>): { route: string; at: Record<string, string> } {
  if (environment === undefined)
    return { route: '/repos/{owner}/{repo}/actions/variables', at: named(repository) };
  return {
    route: '/repos/{owner}/{repo}/environments/{environment_name}/variables',
    at: { ...named(repository), environment_name: environment },
  };
}

export function observeVariable(
  github: GithubClient,
  variable: Of<'variable'>,
  signal?: AbortSignal,
): Promise<Observed> {
  const { route, at } = placeOf(variable);
  return observe(github, `GET ${route}/{name}`, { ...at, name: variable.name }, signal, (body) => ({
    state: 'present',
    ours: false,
    fields: { value: textOrEmpty(body.value) },
  }));
}

export async function writeVariable(
  github: GithubClient,
  row: SetupRow,
  variable: Of<'variable'>,
  signal?: AbortSignal,
): Promise<void> {
  const { route, at } = placeOf(variable);
  const { name, value } = variable;
  if (row.sign === '-') return send(github, `DELETE ${route}/{name}`, { ...at, name }, signal, [404]);
  if (row.observed.state === 'present')
    return send(github, `PATCH ${route}/{name}`, { ...at, name, value }, signal);
  return send(github, `POST ${route}`, { ...at, name, value }, signal);
}
