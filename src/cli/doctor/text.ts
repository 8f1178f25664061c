import { shortName } from '../../domain/data/resource-name.ts';
import { type DoctorEvidence, partNames } from '../../domain/doctor/check.ts';
import { columns as actions } from '../../domain/doctor/matrix.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { columns } from '../terminal/wrap.ts';
import { withFlags } from '../words/flag-names.ts';

const icons = { ok: '✓', warn: '!', bad: '✗', unknown: '?', skipped: '-' } as const;
const marks = { ok: '✓', missing: '✗', unknown: '?' } as const;

/** The parts of an examination, and the permissions that are missing; all of them with --verbose. */
export function doctorText(
  { checks, matrix }: DoctorEvidence,
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
  ].join('\n');
}
