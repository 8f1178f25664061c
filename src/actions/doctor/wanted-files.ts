import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { sloFile, suiteFile } from '../../domain/product.ts';
import type { Context } from '../../runner/context.ts';

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
