import { type LogsEvidence, linesOf, type ReasonLine } from './evidence.ts';

/** Lines of the log of a run. */
const mostInLog = 10;

/** `12:03:04 UnhandledError at main.py:3 (3 times)` */
export const lineText = ({ at, text, times }: ReasonLine): string =>
  `${at.slice(11, 19)} ${text}${times === undefined ? '' : ` (${times} times)`}`;

export const aboutText = ({ service, revision }: Pick<LogsEvidence, 'service' | 'revision'>): string =>
  revision ?? service;

/** Says that messages are left out, and how to see them. Undefined if they are shown. */
export const hiddenText = ({ shows, groups }: Pick<LogsEvidence, 'shows' | 'groups'>): string | undefined =>
  shows === 'text' || groups.length === 0
    ? undefined
    : 'Messages are not shown, because everybody may be able to read this run. Set log_text: true to show them.';

/** Exceptions that this revision is the first to log. */
export function newErrorsText({
  new_errors: errors,
  new_since_days: days,
}: Pick<LogsEvidence, 'new_errors' | 'new_since_days'>): string | undefined {
  if (!errors?.length || days === undefined) return undefined;
  const names = errors.map(({ type, place }) => `${type}${place === undefined ? '' : ` at ${place}`}`);
  return `New in this revision: ${names.join(', ')}. No other revision logged ${errors.length === 1 ? 'it' : 'them'} in the ${days} days before.`;
}

/** Why the log says nothing. Undefined if it was read. */
export const unreadableText = (logs: LogsEvidence): string | undefined =>
  logs.unreadable === undefined
    ? undefined
    : `The log of ${aboutText(logs)} could not be read: ${logs.unreadable.replace(/[.]?$/, '.')}${logs.fix ? ` ${logs.fix}` : ''}`;

/** What the log of a run shows. */
export function reasonLines(logs: LogsEvidence): string[] {
  const unreadable = unreadableText(logs);
  if (unreadable !== undefined)
    return [unreadable, ...(logs.commands ?? []).map((command) => `  ${command}`), `  Its log: ${logs.link}`];
  const lines = linesOf(logs);
  const about = aboutText(logs);
  if (lines.length === 0) return [`The log of ${about} has no entry that explains this: ${logs.link}`];
  const shown = lines.slice(0, mostInLog);
  const more = lines.length - shown.length;
  const extra = [logs.supply, newErrorsText(logs), hiddenText(logs)].filter((text) => text !== undefined);
  return [
    `What the log of ${about} says:`,
    ...shown.map((line) => `  ${lineText(line)}`),
    ...extra.map((text) => `  ${text}`),
    `  ${more > 0 ? `${more} more in the summary. ` : ''}The whole log: ${logs.link}`,
  ];
}
