import type { PostureFacts } from '../../facts.ts';
import {
  absent,
  type Hole,
  type Judged,
  notApplicable,
  type Protection,
  unlessUnread,
  unread,
  withHoles,
} from '../../row.ts';

/** Who can read what the service is made of, as the guard finds it. */
function judge({ exposure, judgement }: PostureFacts): Judged {
  const described = exposure.function;
  if (!described.ok && described.cause !== 'absent') return unread('The function was', described);
  const own = exposure.policies.filter(({ level }) => level === 'source' || level === 'images');
  const holes = judgement.findings
    .filter(
      ({ rule }) => rule === 'source-readable' || rule === 'images-readable' || rule === 'public-control',
    )
    .map(
      ({ rule, about = [], title, severity, fix = '', commands, source }): Hole => ({
        about: [rule, ...about],
        text: title,
        severity,
        fix,
        commands,
        call: source,
      }),
    );
  const [first] = own;
  const [hole] = holes;
  if (hole)
    return {
      ...absent(
        'Strangers can read or replace what the service is made of.',
        first?.reading.call ?? '',
        hole,
      ),
      holes,
    };
  if (first === undefined)
    return notApplicable('No bucket of source and no repository of images belongs to the service.');
  const failed = own.flatMap(({ reading }) => (reading.ok ? [] : [reading]));
  return unlessUnread(
    withHoles('Source and images are not public.', first.reading.call, []),
    'A policy was',
    failed,
  );
}

export const closedSource: Protection = { id: 'posture-source', title: 'Source and images closed', judge };
