import { statSync } from 'node:fs';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { uploadSet } from '../../gcp/source/upload-set.ts';
import { createTrees } from '../../git/trees.ts';
import type { Context } from '../../runner/context.ts';
import type { Trees } from '../../steps/check/ports.ts';

/** The repository in a folder. git finds its own settings by these variables alone; tokens of the job stay out. */
export function openTrees(root: string, env: Context['env']): Trees {
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
    throw new ReleaseError('input-invalid', {
      what: `path: ${root} is not a folder.`,
      fix: 'Check path, and that actions/checkout runs before this step.',
    });
  const names = [
    'PATH',
    'HOME',
    'USER',
    'TMPDIR',
    'SystemRoot',
    'HTTPS_PROXY',
    'https_proxy',
    'NO_PROXY',
    'no_proxy',
  ];
  const environment = Object.fromEntries(names.map((name) => [name, env[name]]));
  return createTrees({ root, environment, upload: uploadSet });
}
