import { recordAnnotation } from '../product.ts';
import { parseRecord } from './parse-record.ts';

/** The revisions that releases proved bad and took back, as the record on the service names them. */
export function takenBackIn(
  service: { annotations: Readonly<Record<string, string>> } | undefined,
): readonly string[] {
  const parsed = parseRecord(service?.annotations[recordAnnotation]);
  return parsed.kind === 'record' ? parsed.record.failed : [];
}
