import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyExample, type Example } from './examples.ts';

/** Copies the example function to a folder to release. A different `note` makes a different build of the same code. */
export function goodSource(example: Example, folder: string, note: string): string {
  copyExample(example, folder, note);
  return folder;
}

/**
 * A build that passes its smoke test, but fails every second request after `afterRequests`, as if it leaked buffers. No test
 * before real traffic finds this kind of fault.
 */
export function badSource(example: Example, folder: string, afterRequests: number): string {
  copyExample(example, folder, 'bad');
  example.breakAfter(folder, afterRequests);
  return folder;
}

/** A build without its Korean data. It answers 200 to every image, but cannot read half of them. */
export function illiterateSource(example: Example, folder: string): string {
  copyExample(example, folder, 'english only');
  const { file: name, both, one } = example.languages;
  const file = join(folder, name);
  const text = readFileSync(file, 'utf8');
  const changed = text.replace(both, one);
  if (changed === text) throw new Error(`the example no longer names its languages in ${name}`);
  writeFileSync(file, changed);
  return folder;
}
