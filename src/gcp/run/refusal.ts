import { isObject, type JsonObject, objectOf, textOf } from '../../domain/data/json.ts';

/** google.rpc.Status of a change that ended at once. */
export interface Refusal {
  code: number;
  message: string;
}

/** google.rpc.Code ABORTED. */
const aborted = 10;

/** What the operation of a change says if it ended at once. `conflict`: another change was faster. */
export function refusalOf(operation: JsonObject): Refusal | 'conflict' | undefined {
  if (!isObject(operation.error)) return undefined;
  const { code, message } = objectOf(operation.error);
  if (code === aborted) return 'conflict';
  return { code: typeof code === 'number' ? code : 2, message: textOf(message) ?? 'no reason given' };
}
