import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/**
 * Node's arguments for one step of an action. By default that is the built stub, as a runner starts it. With
 * BACKSTAY_FROM_SOURCE=1 it is src/, which saves the build while developing. With BACKSTAY_BUILT=FOLDER it is a bundle that
 * was built elsewhere, in FOLDER/actions and FOLDER/dist.
 */
export function actionArgv(name: string, phase: 'main' | 'post'): string[] {
  if (process.env.BACKSTAY_FROM_SOURCE)
    return [
      '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
      join(root, 'test/support/from-source.mjs'),
      name,
      phase,
    ];
  return [join(process.env.BACKSTAY_BUILT || root, 'actions', name, `${phase}.js`)];
}
