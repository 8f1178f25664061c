import { closeSync, constants, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filePrefix } from '../domain/product.ts';

const { O_WRONLY, O_APPEND, O_CREAT, O_TRUNC, O_NONBLOCK = 0 } = constants;

/** Adds text to a file of the runner. It never waits for the reader of a pipe that stands in its place. */
export const appendTo = (path: string, text: string): void => write(path, text, O_APPEND);

/** Replaces what is in a file. It never waits for the reader of a pipe either. */
export const replaceFile = (path: string, text: string): void => write(path, text, O_TRUNC);

function write(path: string, text: string, how: number): void {
  const descriptor = openSync(path, O_WRONLY | O_CREAT | O_NONBLOCK | how);
  try {
    writeFileSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Makes a folder and those above it, if they are missing. Node's own `recursive` tries for ever where a system answers "no such
 * folder" although the one above exists, as /proc does.
 */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  const above = dirname(folder);
  if (above !== folder) makeFolder(above);
  mkdirSync(folder);
}

/** Writes a file into the temporary folder of the job and returns its path; undefined if there is no such folder. */
export function writeTemporary(folder: string | undefined, name: string, text: string): string | undefined {
  if (!folder) return undefined;
  makeFolder(folder);
  const path = join(folder, `${filePrefix}${name}`);
  replaceFile(path, text);
  return path;
}
