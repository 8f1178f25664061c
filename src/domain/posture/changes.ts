import { isObject, listOf, objectOf, textOf, textsOf } from '../data/json.ts';
import type { Hole, Row, State } from './row.ts';

/** What an earlier run wrote about a row. */
export interface EarlierRow {
  id: string;
  state: State;
  /** The holes, each by what tells it from others. */
  holes: readonly string[];
}

export const holeKey = ({ about }: Pick<Hole, 'about'>): string => about.join('\n');

const states: readonly State[] = ['present', 'bypassable', 'absent', 'not applicable', 'unknown'];

/** The rows in the report of an earlier run. Undefined if the text is no such report. */
export function earlierRows(report: unknown): EarlierRow[] | undefined {
  const posture = objectOf(objectOf(objectOf(report).evidence).posture);
  if (!Array.isArray(posture.rows)) return undefined;
  return listOf(posture.rows).flatMap((raw): EarlierRow[] => {
    if (!isObject(raw)) return [];
    const id = textOf(raw.id);
    const state = states.find((one) => one === raw.state);
    if (id === undefined || state === undefined) return [];
    return [{ id, state, holes: listOf(raw.holes).map((hole) => textsOf(objectOf(hole).about).join('\n')) }];
  });
}

/** One difference to an earlier run. */
export interface Change {
  id: string;
  title: string;
  /** `worse`: a new hole, or a protection that went away or can no longer be read. */
  direction: 'worse' | 'better';
  text: string;
}

/** A row that could not be read before shows no news, however much it has. */
function changesOf(row: Row, before: EarlierRow): Change[] {
  const { id, title } = row;
  if (before.state === 'unknown' && row.state !== 'unknown')
    return [{ id, title, direction: 'better', text: `${title}: now read, ${row.state}.` }];
  if (row.state === 'unknown' && before.state !== 'unknown')
    return [
      { id, title, direction: 'worse', text: `${title}: was ${before.state}, and cannot be read any more.` },
    ];
  const known = new Set(before.holes);
  const now = new Set(row.holes.map(holeKey));
  const fresh = row.holes.filter((hole) => !known.has(holeKey(hole)));
  const gone = before.holes.filter((key) => !now.has(key)).length;
  const worse = fresh.map(
    (hole): Change => ({ id, title, direction: 'worse', text: `${title}: ${hole.text}` }),
  );
  if (worse.length > 0) return worse;
  if (before.state === 'present' && row.state === 'not applicable')
    return [{ id, title, direction: 'worse', text: `${title}: was present. ${row.saw}` }];
  return gone > 0
    ? [
        {
          id,
          title,
          direction: 'better',
          text: `${title}: ${gone === 1 ? 'one hole is' : `${gone} holes are`} closed.`,
        },
      ]
    : [];
}

export function changesSince(rows: readonly Row[], earlier: readonly EarlierRow[]): Change[] {
  const byId = new Map(earlier.map((row) => [row.id, row]));
  return rows.flatMap((row) => {
    const before = byId.get(row.id);
    return before ? changesOf(row, before) : [];
  });
}
