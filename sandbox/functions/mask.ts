import { invalidArgument } from '../core/errors.ts';
import { checkMask } from '../core/proto.ts';
import type { Json } from './model.ts';

export const FUNCTION = 'google.cloud.functions.v2.Function';

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Fields that a mask may name although a client cannot change them. Google's own action names both. */
const ignored = new Set(['name', 'environment']);

function setPath(config: Json, body: Json, path: readonly string[]): void {
  const [head = '', ...rest] = path;
  const value = body[head];
  if (rest.length === 0) {
    if (value === undefined) delete config[head];
    else config[head] = structuredClone(value);
    return;
  }
  const inner: Json = isObject(config[head]) ? { ...config[head] } : {};
  setPath(inner, isObject(value) ? value : {}, rest);
  config[head] = inner;
}

/** Maps are only replaced as a whole, so a path into one is refused. */
const maps = new Set(['labels', 'environmentVariables']);

/**
 * Returns the configuration after a PATCH. Each path of the mask takes its value from the body, or is cleared if the body
 * has none. A path that names a message replaces the whole message, so fields missing in the body are cleared. Without a
 * mask, the body replaces everything.
 */
export function applyMask(config: Json, body: Json, mask: string | null): { config: Json; paths: string[] } {
  const paths = checkMask('functions', FUNCTION, mask).map((path) => path.filter(Boolean));
  const inMap = paths.find((path) => path.slice(0, -1).some((segment) => maps.has(segment)));
  if (inMap) throw invalidArgument(`Invalid field mask path '${inMap.join('.')}': maps are replaced whole.`);
  const all = paths.length === 0 || paths.some((path) => path[0] === '*');
  if (all) return { config: structuredClone(body), paths: ['*'] };
  const next = structuredClone(config);
  for (const path of paths) if (!ignored.has(path[0] as string)) setPath(next, body, path);
  return { config: next, paths: paths.map((path) => path.join('.')) };
}

/** True if a change of these paths needs a new build. */
export const needsBuild = (paths: readonly string[]): boolean =>
  paths.some((path) => path === '*' || path.startsWith('buildConfig'));
