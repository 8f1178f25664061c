import type { SloEvidence } from './evidence.ts';

const signs = { nothing: '=', create: '+', update: '~', delete: '-', stale: '?', foreign: '!' } as const;
const mostFields = 20;

/** What is there and what differs, field by field, as a log or a terminal shows it. */
export function changeLines({ changes }: SloEvidence): string[] {
  return changes.flatMap(({ kind, name, does, fields }) => [
    `${signs[does]} ${kind} ${name}`,
    ...fields
      .slice(0, mostFields)
      .map(({ field, from, to }) => `    ${field}: ${from ?? '(not set)'} -> ${to ?? '(none)'}`),
    ...(fields.length > mostFields ? [`    and ${fields.length - mostFields} more fields`] : []),
  ]);
}
