import { type Json, objectOf, textOf } from '../data/json.ts';
import { exceptionOf } from '../logs/exception.ts';
import { redactPersonal } from '../logs/redact.ts';
import { logText } from '../text/safe-text.ts';

/** The fields of entries:list that `tailLines` reads. */
export const tailFields = 'entries(timestamp,severity,textPayload,jsonPayload)';
export const mostEntries = 100;
const mostLines = 20;
const mostText = 6000;

/** The log of the job that ran a container of Vertex AI. Undefined if the name of the job is none. */
export function tailFilter(worker: string): string | undefined {
  const id = /^projects\/[^/]+\/locations\/[^/]+\/customJobs\/(\d{1,30})$/.exec(worker)?.[1];
  return id === undefined ? undefined : `resource.type="ml_job" AND resource.labels.job_id="${id}"`;
}

/** The page of the same entries. */
export const tailConditions = (filter: string): string[] => filter.split(' AND ');

export interface TailOptions {
  /** Whether messages may be shown. If not, only types and places of exceptions are. */
  text: boolean;
  redact: (text: string) => string;
}

/** The last lines that a task wrote, oldest first. Entries come newest first. */
export function tailLines(raw: readonly Json[], { text, redact }: TailOptions): string[] {
  const entries = raw
    .map((one) => {
      const entry = objectOf(one);
      const payload = objectOf(entry.jsonPayload);
      const message = textOf(entry.textPayload) ?? textOf(payload.message) ?? '';
      return { at: textOf(entry.timestamp) ?? '', message: message.slice(0, mostText) };
    })
    .filter(({ message }) => message.trim() !== '')
    .toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const exception = exceptionOf(entries.map(({ message }) => message).join('\n'));
  const fact =
    exception && `${exception.type}${exception.place === undefined ? '' : ` at ${exception.place}`}`;
  // Redacted once more behind the cut, which may have joined pieces.
  const clean = (line: string) => redact(redactPersonal(logText(redact(redactPersonal(redact(line))), 300)));
  if (!text) return fact === undefined ? [] : [clean(fact)];
  return entries
    .flatMap(({ message }) => message.split(/\r?\n/))
    .filter((line) => line.trim() !== '')
    .slice(-mostLines)
    .map(clean);
}
