import { type Document, isAlias, isScalar, LineCounter, parseDocument } from 'yaml';
import { type Path, type Place, placeOf } from '../../data/locate.ts';
import type { Suite } from './model.ts';
import type { UnplacedProblem } from './problem.ts';
import { resolveSuite } from './resolve/suite.ts';
import { problemsOf } from './schema/problems.ts';
import { suiteSchema } from './schema/suite-file.ts';

export interface SuiteProblem extends Place {
  /** What is wrong, in one sentence. */
  message: string;
  /** The line of the file, cut to 200 characters. */
  quoted: string;
}

export type ParsedSuite =
  | { suite: Suite; problems?: undefined }
  | { suite?: undefined; problems: SuiteProblem[] };

/** The string in quotes that a user must write instead of the number or boolean at a path; undefined if none is there. */
function quotedForm(document: Document, path: Path): string | undefined {
  const node = document.getIn([...path], true);
  const scalar = isAlias(node) ? node.resolve(document) : node;
  return isScalar(scalar) && scalar.source !== undefined ? `'${scalar.source}'` : undefined;
}

function messageOf(document: Document, { path, message, needsQuotes }: UnplacedProblem): string {
  if (!needsQuotes) return message;
  const quoted = quotedForm(document, path);
  return quoted === undefined ? `${message}.` : `${message}: ${quoted}.`;
}

/** Reads a suite. Reports all problems at once, each with its place and, for a typing error, the nearest known word. */
export function parseSuite(source: string, file: string): ParsedSuite {
  const lines = source.split(/\r?\n/);
  const counter = new LineCounter();
  const problemAt = (place: Place, message: string): SuiteProblem => ({
    ...place,
    message,
    quoted: (lines[place.line - 1] ?? '').slice(0, 200),
  });
  const unreadable = (message: string): ParsedSuite => ({
    problems: [problemAt({ line: 1, column: 1 }, message)],
  });
  if (source.length > 1_000_000) return unreadable('The file is larger than a megabyte.');
  const document = parseDocument(source, {
    lineCounter: counter,
    prettyErrors: false,
    uniqueKeys: true,
    merge: false,
  });
  if (document.errors.length > 0)
    return {
      problems: document.errors.map((error) => {
        const { line, col } = counter.linePos(error.pos[0]);
        const place = { line: Math.max(1, line), column: Math.max(1, col) };
        return problemAt(place, `This is not valid YAML: ${error.message}`);
      }),
    };
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return unreadable(`This YAML cannot be used: ${(error as Error).message}`);
  }
  const parsed = suiteSchema.safeParse(value);
  const found: UnplacedProblem[] = parsed.success
    ? []
    : parsed.error.issues.flatMap((issue) => problemsOf(issue, [], value));
  const suite = parsed.success
    ? resolveSuite(parsed.data, file, (path) => placeOf(document, counter, path), found)
    : undefined;
  if (suite && found.length === 0) return { suite };
  const problems = found.map((problem) =>
    problemAt(placeOf(document, counter, problem.path, problem.key), messageOf(document, problem)),
  );
  return { problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
}
