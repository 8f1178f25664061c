import { isObject, type Json, type JsonObject } from '../data/json.ts';

/**
 * The part of a resource that we decide: the fields that our own version has. Google adds others, such as names, times and
 * defaults, and people may too; those are theirs. What a list has beyond ours is kept, since it differs.
 */
export function decided(own: Json | undefined, there: Json | undefined): Json | undefined {
  if (isObject(own) && isObject(there)) {
    const kept: JsonObject = {};
    for (const [name, inner] of Object.entries(own))
      if (there[name] !== undefined) kept[name] = decided(inner, there[name]);
    return kept;
  }
  if (Array.isArray(own) && Array.isArray(there))
    return there.map((item, at) => (own[at] === undefined ? item : (decided(own[at], item) ?? null)));
  return there;
}
