import { invalidArgument, notFound } from '../core/errors.ts';
import { page } from '../core/page.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition, Call } from '../core/types.ts';
import { authorize } from './authorize.ts';
import { buildOperation } from './build-operations.ts';
import { projectsOf } from './state.ts';

/** Comparisons of a build's fields, joined by AND: `status="FAILURE" AND build_id="..."`. */
function buildFilter(text: string): (build: Record<string, unknown>) => boolean {
  const terms = text
    .split(/\s+AND\s+/)
    .filter((term) => term.trim() !== '')
    .map((term) => {
      const match = /^\s*([\w.]+)\s*(!=|=)\s*"?([^"]*)"?\s*$/.exec(term);
      if (!match) throw invalidArgument(`invalid list filter: ${text}`);
      const [, field = '', operator, wanted] = match;
      const name = field === 'build_id' ? 'id' : field;
      return (build: Record<string, unknown>) =>
        (String(build[name] ?? '') === wanted) === (operator === '=');
    });
  return (build) => terms.every((matches) => matches(build));
}

/** Reads of Cloud Build v1 (googleapis google/devtools/cloudbuild/v1/cloudbuild.proto). */
export function cloudBuildApi(world: World): ApiDefinition {
  const build = (call: Call, params: Record<string, string>) => {
    authorize(world, call, params.project, 'cloudbuild.builds.get');
    const found = projectsOf(world).builds.get(params.build as string);
    if (!found) throw notFound();
    return { status: 200, body: found };
  };
  const list = (call: Call, params: Record<string, string>) => {
    authorize(world, call, params.project, 'cloudbuild.builds.list');
    const place = params.location ?? 'global';
    const here = [...projectsOf(world).builds.values()]
      .filter(({ name }) => place === '-' || String(name).includes(`/locations/${place}/`))
      .filter(buildFilter(call.query.get('filter') ?? ''))
      .reverse();
    const { items, nextPageToken } = page(here, call, 1000);
    return {
      status: 200,
      body: { ...(items.length ? { builds: items } : {}), ...(nextPageToken ? { nextPageToken } : {}) },
    };
  };
  return {
    name: 'cloudbuild',
    routes: [
      {
        method: 'GET',
        pattern: '/v1/projects/:project/locations/:location/defaultServiceAccount',
        handle: (call, { project, location }) => {
          authorize(world, call, project, 'cloudbuild.builds.list');
          const email = `${world.projectNumber}-compute@developer.gserviceaccount.com`;
          return {
            status: 200,
            body: {
              name: `projects/${world.projectNumber}/locations/${location}/defaultServiceAccount`,
              serviceAccountEmail: `projects/${world.project}/serviceAccounts/${email}`,
            },
          };
        },
      },
      {
        method: 'GET',
        pattern: '/v1/projects/:project/locations/:location/operations/:operation',
        handle: (call, { project, operation = '' }) => {
          authorize(world, call, project, 'cloudbuild.builds.get');
          const found = projectsOf(world).builds.get(operation);
          if (!found) throw notFound();
          return { status: 200, body: buildOperation(world, found) };
        },
      },
      { method: 'GET', pattern: '/v1/projects/:project/builds', handle: list },
      { method: 'GET', pattern: '/v1/projects/:project/locations/:location/builds', handle: list },
      { method: 'GET', pattern: '/v1/projects/:project/builds/:build', handle: build },
      { method: 'GET', pattern: '/v1/projects/:project/locations/:location/builds/:build', handle: build },
    ],
  };
}
