import type { Kind } from './kind.ts';

/** One line of an explanation. Its text is redacted, and on a public repository it holds fields alone. */
export interface ReasonLine {
  /** RFC 3339. */
  at: string;
  kind: Kind;
  text: string;
  revision?: string | undefined;
  /** How many entries say the same, if more than one does. */
  times?: number | undefined;
}

/** What belongs to one request, or to no request at all, with the line that tells most first. */
export interface ReasonGroup {
  trace?: string | undefined;
  lines: ReasonLine[];
}

/** What the log of a service says about a failure. */
export interface LogsEvidence {
  service: string;
  revision?: string | undefined;
  /** The window, RFC 3339. */
  since: string;
  until: string;
  /** `text`: messages are shown after redaction. `fields`: no text of the log is shown. */
  shows: 'text' | 'fields';
  /** Entries that were read. */
  entries: number;
  groups: ReasonGroup[];
  /** Exceptions that no other revision of the service has logged in the days before. Absent if that was not asked. */
  new_errors?: { type: string; place?: string | undefined; times: number }[] | undefined;
  /** Days that were searched for these. */
  new_since_days?: number | undefined;
  /** What the service takes at once, if an entry says that no instance was free. */
  supply?: string | undefined;
  /** Address of the same entries in the Logs Explorer. */
  link: string;
  /** Why the log could not be read, or not wholly. */
  unreadable?: string | undefined;
  /** The role that is missing, and the command that grants it. */
  fix?: string | undefined;
  commands?: readonly string[] | undefined;
}

/** The groups in one list, the most telling line first, then the first line of each other group, then the rest. */
export function linesOf({ groups }: Pick<LogsEvidence, 'groups'>): ReasonLine[] {
  return [
    ...groups.flatMap(({ lines }) => lines.slice(0, 1)),
    ...groups.flatMap(({ lines }) => lines.slice(1)),
  ];
}
