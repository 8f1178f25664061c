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

/**
 * A build that passes its smoke test, but reads every image upside down after `afterImages`. It answers 200 with nonsense, which
 * no status code shows. Its own log does: the reader is not sure of what it read.
 */
export function turnedSource(example: Example, folder: string, afterImages: number): string {
  copyExample(example, folder, 'turned');
  const { file, from, to } = example.turned;
  replaceIn(join(folder, file), from, to(afterImages));
  return folder;
}

/** A build without its Korean data. It answers 200 to every image, but cannot read half of them. */
export function illiterateSource(example: Example, folder: string): string {
  copyExample(example, folder, 'english only');
  const { file, both, one } = example.languages;
  replaceIn(join(folder, file), both, one);
  return folder;
}

function replaceIn(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${path} no longer has ${from}`);
  writeFileSync(path, text.replace(from, to));
}
