import { alreadyExists, invalidArgument, notFound } from '../core/errors.ts';
import { projectResource, requirePermission } from '../core/iam.ts';
import type { World } from '../core/state.ts';
import type { Call, Route } from '../core/types.ts';
import { registryOf } from './store.ts';

type Params = Record<string, string>;

/** Repositories of Artifact Registry v1 (googleapis google/devtools/artifactregistry/v1/repository.proto). */
export function repositoryRoutes(world: World): Route[] {
  const { created } = registryOf(world);
  const base = '/v1/projects/:project/locations/:location/repositories';
  const nameOf = (key: string) => {
    const [location, name] = key.split('/');
    return `projects/${world.project}/locations/${location}/repositories/${name}`;
  };
  const shown = (key: string) => ({
    name: nameOf(key),
    mode: 'STANDARD_REPOSITORY',
    createTime: '2026-01-05T09:00:00Z',
    ...created.get(key),
  });
  const allowed = (call: Call, permission: string) =>
    requirePermission(
      world,
      call.principal,
      `artifactregistry.repositories.${permission}`,
      projectResource(world),
    );
  /** Making a repository is done at once. Its operation has the id of the repository. */
  const operation = (location: string, id: string) => ({
    name: `projects/${world.project}/locations/${location}/operations/${id}`,
    done: true,
    response: {
      '@type': 'type.googleapis.com/google.devtools.artifactregistry.v1.Repository',
      ...shown(`${location}/${id}`),
    },
  });
  return [
    {
      method: 'GET',
      pattern: base,
      handle: (call, { location }: Params) => {
        allowed(call, 'list');
        const here = [...created.keys()].filter((key) => key.startsWith(`${location}/`));
        return { status: 200, body: here.length ? { repositories: here.map(shown) } : {} };
      },
    },
    {
      method: 'GET',
      pattern: `${base}/:repository`,
      handle: (call, { location, repository }: Params) => {
        allowed(call, 'get');
        const key = `${location}/${repository}`;
        if (!created.has(key)) throw notFound('Requested entity was not found.');
        return { status: 200, body: shown(key) };
      },
    },
    {
      method: 'POST',
      pattern: base,
      handle: (call, { location }: Params) => {
        const id = call.query.get('repositoryId') ?? '';
        if (!/^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(id))
          throw invalidArgument(`Invalid repository id '${id}'.`);
        allowed(call, 'create');
        const key = `${location}/${id}`;
        if (created.has(key)) throw alreadyExists('the repository already exists');
        const { format = 'DOCKER', description, labels } = call.json();
        created.set(key, { format, ...(description ? { description } : {}), ...(labels ? { labels } : {}) });
        return { status: 200, body: operation(location ?? '', id) };
      },
    },
    {
      method: 'GET',
      pattern: '/v1/projects/:project/locations/:location/operations/:operation',
      handle: (call, { location = '', operation: id = '' }: Params) => {
        allowed(call, 'get');
        if (!created.has(`${location}/${id}`)) throw notFound('Requested entity was not found.');
        return { status: 200, body: operation(location, id) };
      },
    },
  ];
}
