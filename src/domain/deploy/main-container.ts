import { type JsonObject, listOf, objectOf } from '../data/json.ts';

/** google.cloud.run.v2.RevisionTemplate. */

/** The container that gets the requests: the only one, or the one with a port. */
export function mainContainer(template: JsonObject): JsonObject {
  const all = listOf(template.containers).map(objectOf);
  return all.find(({ ports }) => listOf(ports).length > 0) ?? all[0] ?? {};
}

/** A copy of the template in which that container is `container`. */
export function withContainer(template: JsonObject, container: JsonObject): JsonObject {
  const all = listOf(template.containers).map(objectOf);
  const old = mainContainer(template);
  const containers = all.length === 0 ? [container] : all.map((one) => (one === old ? container : one));
  return { ...template, containers };
}
