import { intern } from '../data/edit-distance.ts';
import { align, type Run } from './alignment.ts';
import { charactersOf, fold, settlePolicy, type TextPolicy } from './units.ts';

export interface DiffLine {
  kind: 'same' | 'changed';
  expected: string;
  recognised: string;
  /** The line with `[-missing-]` and `{+added+}` around the differences, to show a single character in a long line. */
  annotated: string;
}

interface Units {
  /** The units to compare. */
  ids: string[];
  /** The same units as they appear in the text, each with the ignored white space before it. */
  shown: string[];
}

/** Only this many characters are compared line by line. */
const maxShown = 20_000;

function unitsOf(text: string, policy: TextPolicy): Units {
  const ids: string[] = [];
  const shown: string[] = [];
  let gap = '';
  // Cut after folding: before it, the same text may have another length and be cut elsewhere.
  const folded = fold(text, policy).trim().slice(0, maxShown);
  for (const unit of charactersOf(folded, policy.unit)) {
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

interface Cells {
  expected: string;
  recognised: string;
  annotated: string;
  changed: boolean;
}

function addRun(cells: Cells, run: Run, a: Units, b: Units, close: () => void): void {
  if (run.kind === 'equal') {
    for (let i = 0; i < run.aLength; i++) {
      // Only the line breaks of the expected text make lines; those of the recognised text do not.
      const unit = a.shown[run.a + i] as string;
      const lead = unit.startsWith('\n');
      if (lead) close();
      const rest = lead ? unit.slice(1) : unit;
      cells.expected += rest;
      cells.annotated += rest;
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
  if (gone.length > 0) cells.annotated += `[-${flat(gone)}-]`;
  if (came !== '') cells.annotated += `{+${came}+}`;
}

/** Compares both texts line by line. The expected text defines the lines. Ignored white space is not shown. */
export function textDiff(expected: string, recognised: string, wanted: TextPolicy): DiffLine[] {
  const policy = settlePolicy(wanted, expected);
  const a = unitsOf(expected, policy);
  const b = unitsOf(recognised, policy);
  const lines: DiffLine[] = [];
  const cells: Cells = { expected: '', recognised: '', annotated: '', changed: false };
  const close = () => {
    const { changed, expected, recognised, annotated } = cells;
    const texts = { expected: expected.trim(), recognised: recognised.trim(), annotated: annotated.trim() };
    lines.push({ kind: changed ? 'changed' : 'same', ...texts });
    Object.assign(cells, { expected: '', recognised: '', annotated: '', changed: false });
  };
  for (const run of align(intern(a.ids, b.ids))) addRun(cells, run, a, b, close);
  close();
  return lines;
}

/** The diff as text for a `diff` code block: changed lines start with `-`, `+` or `!`, long runs of equal lines are counted. */
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
    // Brackets help if little differs. Around every other letter they only hide the text.
    if (
      line.expected !== '' &&
      line.recognised !== '' &&
      line.annotated.length <= 1.4 * (line.expected.length + line.recognised.length)
    )
      printed.push(`! ${line.annotated}`);
  }
  flush(true);
  if (shown > most) printed.push(`  … ${shown - most} more changed lines`);
  return printed.join('\n');
}
