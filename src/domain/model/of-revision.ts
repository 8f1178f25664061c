import { type JsonObject, listOf, objectOf, textOf } from '../data/json.ts';
import { type CarriedModel, carriedIn } from './model.ts';

/** The model that a revision of Cloud Run carries (google/cloud/run/v2/revision.proto). */
export function modelOfRevision(raw: JsonObject | undefined): CarriedModel | undefined {
  const pairs = listOf(raw?.containers)
    .flatMap((container) => listOf(objectOf(container).env))
    .map(objectOf)
    .map(({ name, value }) => [textOf(name) ?? '', textOf(value)] as const);
  // In a revision with several containers the first one that names a model counts.
  return carriedIn(Object.fromEntries(pairs.toReversed()));
}
