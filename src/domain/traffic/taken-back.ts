import { recordOn } from './parse-record.ts';

/** The revisions that releases proved bad and took back, as the record on the service names them. */
export const takenBackIn = (service: Parameters<typeof recordOn>[0]): readonly string[] =>
  recordOn(service)?.failed ?? [];
