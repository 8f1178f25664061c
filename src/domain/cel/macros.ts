import type { Node } from './parse.ts';
import { error, isMap, Nothing, type Result, typeName, unknown, type Value } from './value.ts';

/** CEL's loops over lists and maps. A budget of steps keeps nested loops from running for long. */

export type Scope = ReadonlyMap<string, Value>;
export type Run = (node: Node, scope: Scope) => Result;

export const loops: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

/** `&&` or `||` over results: the deciding value wins, then what is unknown, then an error. */
export function combine(results: Iterable<Result>, deciding: boolean): Result {
  let failed: Nothing | undefined;
  for (const result of results) {
    if (result === deciding) return deciding;
    if (result === !deciding) continue;
    const nothing =
      result instanceof Nothing ? result : error(`it is ${typeName(result)}, not true or false`);
    if (!failed || (failed.kind === 'error' && nothing.kind === 'unknown')) failed = nothing;
  }
  return failed ?? !deciding;
}

/** Evaluates `list.name(variable, …)`. */
export function loop(name: string, on: Value, args: readonly Node[], scope: Scope, run: Run): Result {
  const [variable, ...bodies] = args;
  const body = bodies.at(-1);
  const wanted = name === 'map' ? [1, 2] : [1];
  if (variable?.op !== 'id' || typeof variable.args !== 'string' || !body || !wanted.includes(bodies.length))
    return unknown(`this form of ${name}() is not evaluated here`);
  if (!Array.isArray(on) && !isMap(on)) return error(`${name}() does not take ${typeName(on)}`);
  const items: readonly Value[] = Array.isArray(on) ? on : Object.keys(on);
  const key = variable.args;
  const each = (node: Node, item: Value) => run(node, new Map([...scope, [key, item]]));
  if (name === 'all' || name === 'exists')
    return combine(
      (function* () {
        for (const item of items) yield each(body, item);
      })(),
      name === 'exists',
    );
  const kept: Value[] = [];
  let doubt: Nothing | undefined;
  const filter = name === 'map' && bodies.length === 1 ? undefined : bodies[0];
  for (const item of items) {
    const keep = filter ? each(filter, item) : true;
    const made = keep === true && name === 'map' ? each(body, item) : item;
    const result = typeof keep === 'boolean' ? made : keep;
    if (result instanceof Nothing) {
      if (result.kind === 'error') return doubt ?? result;
      doubt ??= result;
    } else if (typeof keep !== 'boolean')
      return doubt ?? error(`it is ${typeName(result)}, not true or false`);
    else if (keep) kept.push(result);
  }
  if (doubt) return doubt;
  return name === 'exists_one' ? kept.length === 1 : kept;
}
