import { type JsonObject, objectOf, textOf } from '../data/json.ts';

/** What a function resource (google.cloud.functions.v2.Function) says of its Cloud Run service. */

/** Full name of the Run service. It is always read from the function, never derived from the function's name. */
export const serviceOf = (fn: JsonObject | undefined): string | undefined =>
  textOf(objectOf(fn?.serviceConfig).service);

/** Short name of the revision that the function describes: the last one built, not always the one that serves. */
export const revisionOf = (fn: JsonObject | undefined): string | undefined => {
  const name = textOf(objectOf(fn?.serviceConfig).revision);
  return name?.slice(name.lastIndexOf('/') + 1);
};
