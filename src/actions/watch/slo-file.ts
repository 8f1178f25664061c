import { realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import type { ParsedSlo, SloProblem } from '../../domain/slo/openslo.ts';
import { annotate } from '../../runner/annotate.ts';
import type { Context } from '../../runner/context.ts';
import { readRegularFile } from '../../runner/regular-file.ts';

export interface SloFile extends ParsedSlo {
  path: string;
}

/** The mistakes in a file with objectives. The action writes an annotation for each. */
export class SloFileError extends ReleaseError {
  readonly path: string;
  readonly problems: readonly SloProblem[];

  constructor(path: string, problems: readonly SloProblem[]) {
    const shown = problems
      .slice(0, 8)
      .map(({ line, column, message }) => `${path}:${line}:${column}: ${message}`);
    const more = problems.length > 8 ? ` (and ${problems.length - 8} more)` : '';
    super('slo-invalid', { what: `${shown.join(' ')}${more}` });
    this.path = path;
    this.problems = problems;
  }
}

/** Reads a file below the workspace. Throws `SloFileError` with every problem and its place. */
export async function readSloFile(path: string, workspace: string): Promise<SloFile> {
  const full = resolve(workspace, path);
  let source: string;
  try {
    const inside = relative(realpathSync(workspace), realpathSync(full));
    if (inside.startsWith('..') || isAbsolute(inside)) throw new Error('it is outside the workspace');
    source = readRegularFile(full);
  } catch (cause) {
    throw new ReleaseError('slo-invalid', {
      what: `${path} cannot be read: ${messageOf(cause).replace(/\.$/, '')}.`,
      fix: 'Check out the repository before this step, and write the path relative to its root.',
      cause,
    });
  }
  // Loaded only here, since the schema and the YAML parser take longer to load than everything else.
  const { parseOpenSlo } = await import('../../domain/slo/openslo.ts');
  const parsed = parseOpenSlo(source, path);
  if ('problems' in parsed) throw new SloFileError(path, parsed.problems);
  return { ...parsed.slo, path };
}

/** Writes every mistake with its line into the log, and the first eight as annotations in the diff. */
export async function showSloProblems(context: Context, { path, problems }: SloFileError): Promise<void> {
  for (const { line, column, message, quoted } of problems.slice(0, 50)) {
    context.log.line(`${path}:${line}:${column}: ${message}`);
    if (quoted.trim()) context.log.line(`    ${quoted.trim()}`);
  }
  await annotate(
    problems.slice(0, 8).map(({ line, message }) => ({
      level: 'error' as const,
      title: 'The objectives are wrong',
      text: message,
      file: path,
      line,
    })),
    context,
  );
}
