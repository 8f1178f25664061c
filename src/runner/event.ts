import { isObject, type JsonObject, objectOf, textOf } from '../domain/data/json.ts';
import type { Environment } from '../inputs/reader.ts';
import { readRegularFile } from './regular-file.ts';

/** The event that started the run, as GitHub describes it. Empty if there is none, or if it cannot be read. */
export function readEvent({ GITHUB_EVENT_PATH: path }: Environment): JsonObject {
  try {
    const event: unknown = path ? JSON.parse(readRegularFile(path)) : undefined;
    return isObject(event) ? event : {};
  } catch {
    return {};
  }
}

/** Does the pull request of the event come from another repository? Undefined if the event does not say. */
export function isFromFork(
  event: JsonObject,
  { GITHUB_REPOSITORY: repository = '' }: Environment,
): boolean | undefined {
  const { repo } = objectOf(objectOf(event.pull_request).head);
  // The repository of a fork that was deleted is null.
  if (repo === null) return true;
  const name = textOf(objectOf(repo).full_name);
  return name === undefined ? undefined : name.toLowerCase() !== repository.toLowerCase();
}
