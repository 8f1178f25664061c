import { describe } from './describe.ts';
import { type Change, type SetupPlan, type SetupRow, totals } from './plan.ts';

/** The plan as lines of a table: a sign, what it is about, and what would change. */
export const planLines = (plan: SetupPlan): string[] => plan.flatMap(rowLines);

function rowLines(row: SetupRow): string[] {
  const { sign, resource, changes, observed, held } = row;
  const head = `${sign} ${describe(resource)}`;
  const notes = [
    ...(observed.state === 'unreadable' ? [unreadableText(observed)] : []),
    ...(held === 'foreign' ? ['someone else made it: not changed'] : []),
    ...(isOtherFile(row) ? ['it is there and differs: kept'] : []),
    ...(held === 'after' ? ['waits for what it needs'] : []),
  ];
  const lines = resource.kind === 'file' || resource.kind === 'api' ? [] : changes.flatMap(changeLines);
  return [notes.length ? `${head} (${notes.join('; ')})` : head, ...lines];
}

/** A file of the user that is not what `init` would write. */
const isOtherFile = ({ sign, resource, observed }: SetupRow): boolean =>
  sign === '=' &&
  resource.kind === 'file' &&
  observed.state === 'present' &&
  observed.fields.content !== resource.content;

const unreadableText = ({
  permission,
  detail,
}: {
  permission: string | undefined;
  detail: string;
}): string => (permission ? `cannot tell: missing permission ${permission}` : `cannot tell: ${detail}`);

/** Long values stand below one another, so that the difference can be seen. A list shows only what differs. */
function changeLines({ field, old, new: wanted }: Change): string[] {
  if (field === 'permissions') {
    const [before, after] = [old, wanted].map((text) => text.split(',').filter(Boolean));
    const added = after?.filter((one) => !before?.includes(one)).map((one) => `      + ${one}`) ?? [];
    const gone = before?.filter((one) => !after?.includes(one)).map((one) => `      - ${one}`) ?? [];
    return [`    ${field}:`, ...added, ...gone];
  }
  const shown = (text: string) => (text === '' ? '(none)' : text);
  if (old.length + wanted.length < 70) return [`    ${field}: ${shown(old)} -> ${shown(wanted)}`];
  return [`    ${field}:`, `      - ${shown(old)}`, `      + ${shown(wanted)}`];
}

/** The last line: how many rows of each kind. */
export function totalsText(plan: SetupPlan): string {
  const { create, change, remove, same, unknown, held } = totals(plan);
  return [
    `${create} to create, ${change} to change, ${remove > 0 ? `${remove} to remove, ` : ''}${same} unchanged`,
    ...(held > 0 ? [`${held} not written`] : []),
    ...(unknown > 0 ? [`${unknown} cannot tell`] : []),
  ].join(', ');
}

/** What to do about rows that are not written, as whole sentences. */
export function hints(plan: SetupPlan): string[] {
  return [
    ...(plan.some(({ held }) => held === 'foreign')
      ? [
          'What someone else made is not changed. Check it, then take it over with --take-over, or choose another name (--pool, --provider).',
        ]
      : []),
    ...plan
      .filter(isOtherFile)
      .map(
        ({ resource }) =>
          `The ${describe(resource)} differs and stays as it is. --overwrite-files replaces it.`,
      ),
    ...(plan.some(({ sign }) => sign === '!')
      ? [
          'What this identity may not read is not written. An administrator can run the commands below, or this command.',
        ]
      : []),
  ];
}
