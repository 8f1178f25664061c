import { shortName } from '../../domain/data/resource-name.ts';
import { type DoctorEvidence, partNames } from '../../domain/doctor/check.ts';
import { furtherSummary } from '../../domain/doctor/further.ts';
import { columns as actions } from '../../domain/doctor/matrix.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { columns } from '../terminal/wrap.ts';
import { withFlags } from '../words/flag-names.ts';

const icons = { ok: '✓', warn: '!', bad: '✗', unknown: '?', skipped: '-' } as const;
const marks = { ok: '✓', missing: '✗', unknown: '?' } as const;

/**
 * The parts of an examination, and the permissions that are missing; all of them with --verbose. Of the actions that a release does not
 * need, those that the workflows of this repository use, and with --verbose all.
 */
export function doctorText(
  { checks, matrix, further, used }: DoctorEvidence,
  { style, width, verbose, flags }: Pick<Terminal, 'style' | 'width' | 'verbose' | 'flags'>,
): string {
  const shown = verbose ? matrix : matrix.filter(({ state }) => state !== 'ok');
  const table = shown.map(
    ({ permission, resource, state, actions: needed }) =>
      [
        `${marks[state]} ${permission}`,
        `${shortName(resource)}: ${actions.filter((one) => needed.includes(one)).join(', ')}`,
      ] as const,
  );
  const others = furtherSummary(further)
    .filter(({ action }) => verbose || used.includes(action))
    .map(({ action, state, text }) => {
      const lacks = further.flatMap((row) =>
        row.state === 'missing' && row.actions.includes(action) ? [row.permission] : [],
      );
      return [
        `${marks[state]} ${action}`,
        [text, ...(lacks.length > 0 ? [lacks.join(', ')] : [])].join(': '),
      ] as const;
    });
  const colours = {
    ok: style.green,
    warn: style.yellow,
    bad: style.red,
    unknown: style.yellow,
    skipped: style.dim,
  };
  return [
    columns(
      checks.map(
        ({ part, state, text }) =>
          [`${colours[state](icons[state])} ${partNames[part]}`, withFlags(text, flags)] as const,
      ),
      width,
    ),
    ...(table.length > 0 ? ['', style.bold('Permissions'), columns(table, width)] : []),
    ...(others.length > 0 ? ['', style.bold('Further actions'), columns(others, width)] : []),
  ].join('\n');
}
