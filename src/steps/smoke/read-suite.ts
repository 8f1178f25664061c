import type { Place } from '../../domain/data/locate.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { freshImage, freshTypes } from '../../domain/smoke/image/fresh.ts';
import { readFileText } from '../../domain/smoke/suite/file-content.ts';
import type { Suite } from '../../domain/smoke/suite/model.ts';
import { phraseProblems } from '../../domain/smoke/suite/resolve/impossible.ts';
import { parseSuite, type SuiteProblem } from '../../domain/smoke/suite/suite.ts';
import type { SmokePorts } from './ports.ts';

type Files = Pick<SmokePorts, 'files'>;

/** A suite that cannot be used. Every problem has its place in the file, for an annotation. */
export class SuiteError extends ReleaseError {
  readonly problems: readonly SuiteProblem[];
  readonly file: string;

  constructor(file: string, problems: readonly SuiteProblem[]) {
    const shown = problems
      .slice(0, 8)
      .map(
        (problem) =>
          `${file}:${problem.line}:${problem.column}: ${problem.message} [${problem.quoted.trim()}]`,
      );
    const more = problems.length > shown.length ? ` And ${problems.length - shown.length} more.` : '';
    super('suite-invalid', { what: `${shown.join(' ')}${more}` });
    this.problems = problems;
    this.file = file;
  }
}

const cannotBeFresh = (path: string, bytes: Uint8Array) =>
  freshImage(bytes, '') === undefined
    ? `${path} cannot be sent with other bytes and the same pixels: fresh knows ${freshTypes}. Set fresh: false for this case.`
    : undefined;

/**
 * Reads the expected texts of a suite into its cases. Returns a problem for every text or image that is missing,
 * unreadable or not what its name says, so that all of them are known before the first request. Files of a skipped case
 * may be missing.
 */
async function readFiles({ files }: Files, suite: Suite, lines: readonly string[]): Promise<SuiteProblem[]> {
  const problems: SuiteProblem[] = [];
  const variants = new Set(suite.presets.flatMap((preset) => preset.variants));
  for (const item of [...suite.cases, ...variants]) {
    const { skip, image, fresh, expect, filePlaces, policy } = item;
    const add = (place: Place, message: string | undefined) => {
      if (message !== undefined && skip === undefined)
        problems.push({ ...place, message, quoted: (lines[place.line - 1] ?? '').slice(0, 200) });
    };
    // The image of a variant is that of its case.
    if (image.kind === 'file' && !variants.has(item)) {
      const unusable = await files.problem?.(image.path, suite.file);
      add(filePlaces.image, unusable);
      if (fresh && skip === undefined && unusable === undefined)
        add(filePlaces.image, cannotBeFresh(image.path, await files.read(image.path, suite.file)));
    }
    const path = expect.textFile;
    if (path === undefined) continue;
    const unreadable = await files.problem?.(path, suite.file);
    if (unreadable !== undefined) {
      add(filePlaces.text, unreadable);
      continue;
    }
    const { text, problem } = readFileText(path, await files.read(path, suite.file));
    expect.text = text;
    add(filePlaces.text, problem);
    if (text !== undefined) for (const found of phraseProblems(expect, policy)) add(filePlaces.text, found);
  }
  return problems;
}

/** Reads a suite and its expected texts. Throws a SuiteError with every problem of the suite and of the files that it names. */
export async function readSuite(ports: Files, file: string): Promise<Suite> {
  const { text, problem } = readFileText(file, await ports.files.read(file));
  if (text === undefined) throw new SuiteError(file, [{ line: 1, column: 1, message: problem, quoted: '' }]);
  const parsed = parseSuite(text, file);
  if (!parsed.suite) throw new SuiteError(file, parsed.problems);
  const problems = await readFiles(ports, parsed.suite, text.split(/\r?\n/));
  if (problems.length > 0) throw new SuiteError(file, problems);
  return parsed.suite;
}
