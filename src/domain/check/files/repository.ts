/** The files of a repository at one commit. Paths are relative to its root, with `/`. */
export interface Repository {
  /** Every file, whether it was read or not. Sorted. */
  readonly paths: readonly string[];
  /** The text of a file, or undefined if it does not exist or was not read. */
  text(path: string): string | undefined;
  /** Files that exist and could not be read, with the reason. */
  readonly refused: readonly Refused[];
  /** What an upload of this folder would hold, by gcloud's rules. Undefined if the folder does not exist. */
  upload(folder: string): UploadSet | undefined;
}

/** A file that is not judged, and why. The check names it, because a file that was not read is no file that is good. */
export interface Refused {
  file: string;
  why: string;
}

export interface UploadSet {
  /** The ignore file or the defaults that decide. */
  rules: string;
  /** Paths in the folder that would be uploaded although they hold secrets, and what each of them is. */
  secrets: readonly { path: string; what: string }[];
  /** Does the upload leave out a file that an earlier step puts at this path in the folder? */
  leavesOut(path: string): boolean;
}

/** A place in a file. Line and column start at 1. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

const newline = /\n/g;

/** Offsets at which the lines of a text begin. */
export function lineStarts(text: string): number[] {
  return [0, ...[...text.matchAll(newline)].map(({ index }) => index + 1)];
}

/** Line and column of an offset, both from 1. */
export function placeAt(starts: readonly number[], offset: number): { line: number; column: number } {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] as number) + 1 };
}

/** The offset of a line and a column. */
export const offsetAt = (starts: readonly number[], line: number, column: number): number =>
  (starts[line - 1] ?? starts.at(-1) ?? 0) + column - 1;

/** The folder of a path, without a slash at its end. Empty for a file of the root. */
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
export const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** `a/./b/../c` becomes `a/c`. Undefined if the path leaves the repository or is absolute. */
export function resolvePath(folder: string, path: string): string | undefined {
  if (path.startsWith('/')) return undefined;
  const parts: string[] = [];
  for (const part of `${folder}/${path}`.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}
