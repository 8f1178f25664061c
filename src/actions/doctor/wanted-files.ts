import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { sloFile, suiteFile } from '../../domain/product.ts';
import type { Context } from '../../runner/context.ts';
import { readRegularFile } from '../../runner/regular-file.ts';

export interface Wanted {
  suite: string | undefined;
  sloFile: string | undefined;
}

/** The files that exist or were asked for. A file in its usual place is optional. */
export function wantedFiles(
  { env }: Pick<Context, 'env'>,
  given: { suite: string; suiteIsSet: boolean; sloFile: string | undefined },
): Wanted {
  const there = (path: string) => existsSync(resolve(env.GITHUB_WORKSPACE || '.', path));
  return {
    suite: given.suiteIsSet || there(suiteFile) ? given.suite : undefined,
    sloFile: given.sloFile ?? (there(sloFile) ? sloFile : undefined),
  };
}

/** The workflows of the repository. None if it is not checked out here. What cannot be read, a doctor of permissions goes without. */
export function workflowTexts({ GITHUB_WORKSPACE: workspace }: Context['env']): string[] {
  const folder = resolve(workspace || '.', '.github/workflows');
  const contentOf = (name: string): string[] => {
    try {
      return [readRegularFile(join(folder, name))];
    } catch {
      return [];
    }
  };
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .flatMap(contentOf);
}
