import type { Call, Reply, Route } from '../core/types.ts';
import { invalid, notFound, type Variable } from './repositories.ts';

const time = '2026-11-01T08:00:00Z';
const show = (one: Variable) => ({ ...one, created_at: time, updated_at: time });

const NAME = /^(?!GITHUB_)[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Variables of a repository and of an environment (docs.github.com "GitHub Actions variables"): list, get, create, update,
 * delete. A variable that exists cannot be created again, and one that does not cannot be updated.
 * @param storeOf the variables that a path is about; undefined if there is no such repository or environment
 */
export function variableRoutes(
  storeOf: (call: Call, params: Record<string, string>) => Map<string, Variable> | undefined,
): Route[] {
  const bases = ['/repos/:owner/:repo/actions/variables', '/repos/:owner/:repo/environments/:name/variables'];
  const handle =
    (then: (store: Map<string, Variable>, call: Call, name: string) => Reply): Route['handle'] =>
    (call, params) => {
      const store = storeOf(call, params);
      return store ? then(store, call, (params.variable ?? '').toUpperCase()) : notFound;
    };
  return bases.flatMap((base): Route[] => [
    {
      ...{ method: 'GET', pattern: base, authenticated: false },
      handle: handle((store) => ({
        status: 200,
        body: { total_count: store.size, variables: [...store.values()].map(show) },
      })),
    },
    {
      ...{ method: 'POST', pattern: base, authenticated: false },
      handle: handle((store, call) => {
        const { name, value } = call.json();
        if (typeof name !== 'string' || !NAME.test(name) || typeof value !== 'string')
          return invalid('Variable name or value is not valid');
        const key = name.toUpperCase();
        if (store.has(key))
          return {
            status: 409,
            body: { message: 'Already exists - Variable already exists', status: '409' },
          };
        store.set(key, { name: key, value });
        return { status: 201, body: {} };
      }),
    },
    {
      ...{ method: 'GET', pattern: `${base}/:variable`, authenticated: false },
      handle: handle((store, _, name) => {
        const found = store.get(name);
        return found ? { status: 200, body: show(found) } : notFound;
      }),
    },
    {
      ...{ method: 'PATCH', pattern: `${base}/:variable`, authenticated: false },
      handle: handle((store, call, name) => {
        const found = store.get(name);
        if (!found) return notFound;
        const { value } = call.json();
        if (typeof value === 'string') found.value = value;
        return { status: 204 };
      }),
    },
    {
      ...{ method: 'DELETE', pattern: `${base}/:variable`, authenticated: false },
      handle: handle((store, _, name) => (store.delete(name) ? { status: 204 } : notFound)),
    },
  ]);
}
