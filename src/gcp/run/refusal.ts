import { isObject, type JsonObject, objectOf, textOf } from '../../domain/data/json.ts';

/** google.rpc.Status of a change that has failed. */
export interface Refusal {
  code: number;
  message: string;
}

/** google.rpc.Code ABORTED. */
const aborted = 10;

/** The error of an operation. Undefined while it has none. */
export function errorOf(operation: JsonObject): Refusal | undefined {
  if (!isObject(operation.error)) return undefined;
  const { code, message } = objectOf(operation.error);
  return { code: typeof code === 'number' ? code : 2, message: textOf(message) ?? 'no reason given' };
}

/** What the operation of a change says if it ended at once. `conflict`: another change was faster. */
export function refusalOf(operation: JsonObject): Refusal | 'conflict' | undefined {
  const error = errorOf(operation);
  return error?.code === aborted ? 'conflict' : error;
}
