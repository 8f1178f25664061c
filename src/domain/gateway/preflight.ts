import { type Api, type Operation, openBecause } from './api.ts';
import { isMarker } from './marker.ts';

/** Names of parameters do not count: `/a/{id}` and `/a/{name}` are one path. */
const shapeOf = (path: string): string => path.replace(/\{[^{}]*\}/g, '{}');

/** What stands before a segment that takes any rest: `/v1/{rest=**}` or `/v1/**`. Undefined: the path has none. */
const anyBelow = (path: string): string | undefined => /^(.*\/)(?:\{[^{}]*=\*\*\}|\*\*)$/.exec(path)?.[1];

/**
 * A browser asks with OPTIONS, and without a credential, whether a page may call a path. Such an operation has to be open. It is one only
 * if another method of the path can be asked about, and if nobody meant a credential for it: a list that is broken is a mistake.
 */
export function isPreflight(api: Api, operation: Operation): boolean {
  const { method, path, security } = operation;
  const reason = method === 'options' ? openBecause(api, operation) : undefined;
  if (reason === undefined || reason.endsWith('is not defined')) return false;
  if (security !== undefined && security.kind !== 'list') return false;
  const below = anyBelow(path);
  const shapes = shapesOf(api);
  return (
    shapes.has(shapeOf(path)) || (below !== undefined && [...shapes].some((one) => one.startsWith(below)))
  );
}

const known = new WeakMap<Api, ReadonlySet<string>>();

/** The paths that have another method than OPTIONS. Worked out once, because a document may have thousands of operations. */
function shapesOf(api: Api): ReadonlySet<string> {
  const found =
    known.get(api) ??
    new Set(
      api.operations
        .filter((one) => one.method !== 'options' && !isMarker(one))
        .map(({ path }) => shapeOf(path)),
    );
  known.set(api, found);
  return found;
}
