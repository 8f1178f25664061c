import { intern } from '../data/edit-distance.ts';
import { align, type Run } from './alignment.ts';
import { charactersOf, fold, settlePolicy, type TextPolicy } from './units.ts';

export interface DiffLine {
  kind: 'same' | 'changed';
  expected: string;
  recognised: string;
  /** The line with `[-missing-]` and `{+added+}`, for where one character hides in a long line. */
  marked: string;
}

interface Units {
  /** What is compared. */
  ids: string[];
  /** The same unit as it stands in the text, with the white space before it where that does not count. */
  shown: string[];
}

function unitsOf(text: string, policy: TextPolicy): Units {
  const ids: string[] = [];
  const shown: string[] = [];
  let gap = '';
  for (const unit of charactersOf(fold(text, policy).trim(), policy.unit)) {
    const blank = /^\s+$/u.test(unit);
    if (policy.whitespace === 'ignore' && blank) gap = unit.includes('\n') || gap === '\n' ? '\n' : ' ';
    else if (policy.whitespace === 'collapse' && blank && ids.at(-1) === ' ') {
      if (unit.includes('\n')) shown[shown.length - 1] = '\n';
    } else {
      ids.push(policy.whitespace === 'collapse' && blank ? ' ' : unit);
      shown.push(gap + unit);
      gap = '';
    }
  }
  return { ids, shown };
}

/** More characters than this are not laid side by side. */
const maxShown = 20_000;

interface Cells {
  expected: string;
  recognised: string;
  marked: string;
  changed: boolean;
}

function addRun(cells: Cells, run: Run, a: Units, b: Units, close: () => void): void {
  if (run.kind === 'equal') {
    for (let i = 0; i < run.aLength; i++) {
      // The expected side leads: its line breaks make the lines, whatever the other side has there.
      const unit = a.shown[run.a + i] as string;
      const lead = unit.startsWith('\n');
      if (lead) close();
      const rest = lead ? unit.slice(1) : unit;
      cells.expected += rest;
      cells.marked += rest;
      cells.recognised += rest;
    }
    return;
  }
  const flat = (units: string[]) => units.join('').replace(/\n/g, '⏎');
  const gone = a.shown.slice(run.a, run.a + run.aLength);
  let came = flat(b.shown.slice(run.b, run.b + run.bLength));
  if (gone[0]?.startsWith('\n') && gone[0].length > 1) {
    close();
    gone[0] = gone[0].slice(1);
    came = came.replace(/^[ ⏎]/, '');
  }
  cells.changed = true;
  cells.expected += flat(gone);
  cells.recognised += came;
  if (gone.length > 0) cells.marked += `[-${flat(gone)}-]`;
  if (came !== '') cells.marked += `{+${came}+}`;
}

/** Expected and recognised text line by line, by the lines of the expected one. White space that does not count is not shown. */
export function textDiff(expected: string, recognised: string, wanted: TextPolicy): DiffLine[] {
  const policy = settlePolicy(wanted, expected);
  const a = unitsOf(expected.slice(0, maxShown), policy);
  const b = unitsOf(recognised.slice(0, maxShown), policy);
  const lines: DiffLine[] = [];
  const cells: Cells = { expected: '', recognised: '', marked: '', changed: false };
  const close = () => {
    const { changed, expected, recognised, marked } = cells;
    const texts = { expected: expected.trim(), recognised: recognised.trim(), marked: marked.trim() };
    lines.push({ kind: changed ? 'changed' : 'same', ...texts });
    Object.assign(cells, { expected: '', recognised: '', marked: '', changed: false });
  };
  for (const run of align(intern(a.ids, b.ids))) addRun(cells, run, a, b, close);
  close();
  return lines;
}

/** The diff as text for a `diff` block: changed lines as `-`, `+` and `!`, runs of equal ones counted. */
export function diffText(lines: readonly DiffLine[], most = 20): string {
  const printed: string[] = [];
  let same: string[] = [];
  let shown = 0;
  const flush = (last: boolean) => {
    if (same.length > 3)
      printed.push(`  ${same[0]}`, `  … ${same.length - 2} equal lines`, `  ${same.at(-1)}`);
    else printed.push(...same.map((line) => `  ${line}`));
    if (last && same.length === 0 && printed.length === 0) printed.push('  (both empty)');
    same = [];
  };
  for (const line of lines) {
    if (line.kind === 'same') {
      same.push(line.expected);
      continue;
    }
    flush(false);
    if (++shown > most) continue;
    if (line.expected !== '') printed.push(`- ${line.expected}`);
    if (line.recognised !== '') printed.push(`+ ${line.recognised}`);
    // Marks help where a little differs; around every other letter they only hide the text.
    if (
      line.expected !== '' &&
      line.recognised !== '' &&
      line.marked.length <= 1.4 * (line.expected.length + line.recognised.length)
    )
      printed.push(`! ${line.marked}`);
  }
  flush(true);
  if (shown > most) printed.push(`  … ${shown - most} more changed lines`);
  return printed.join('\n');
}
