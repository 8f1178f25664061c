import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { isRead } from '../domain/check/facts/kinds.ts';
import type { Refused } from '../domain/check/files/repository.ts';
import { type GitOptions, git, split } from './run-git.ts';

/** Files above this size are named and not read. */
export const maxBytes = 2 << 20;
const maxFiles = 100_000;
const skipped = new Set(['.git', 'node_modules', '.terraform', '.venv']);

export interface FileSet {
  paths: string[];
  texts: Map<string, string>;
  refused: Refused[];
}

/** Lists and reads the files of a folder: those that git knows or would add, or all if it is no repository of git. */
export function readWorkingCopy(root: string, environment: GitOptions['environment']): FileSet {
  const real = realpathSync(root);
  const listed = git(['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    folder: real,
    environment,
  });
  const paths = [...new Set(listed ? split(listed) : walk(real))].sort();
  const set: FileSet = { paths: [], texts: new Map(), refused: [] };
  for (const path of paths.slice(0, maxFiles)) {
    const result = isRead(path) ? readFile(real, path) : undefined;
    if (result === 'missing') continue;
    set.paths.push(path);
    if (result === undefined) continue;
    if ('text' in result) set.texts.set(path, result.text);
    else set.refused.push({ file: path, why: result.why });
  }
  if (paths.length > maxFiles) set.refused.push({ file: '.', why: `it holds more than ${maxFiles} files` });
  return set;
}

function walk(root: string): string[] {
  const found: string[] = [];
  const open = [''];
  for (let folder = open.pop(); folder !== undefined && found.length <= maxFiles; folder = open.pop())
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!skipped.has(entry.name) && path.split('/').length < 64) open.push(path);
      } else found.push(path);
    }
  return found;
}

/** Reads a regular file. A link that stays in the repository is read where it points, and one that leaves it is refused. */
function readFile(root: string, path: string): { text: string } | { why: string } | 'missing' {
  let real: string;
  try {
    real = realpathSync(join(root, path));
  } catch {
    return 'missing';
  }
  if (real !== join(root, path) && !real.startsWith(root + sep))
    return { why: 'it is a link out of the repository' };
  let descriptor: number;
  try {
    descriptor = openSync(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch {
    return { why: 'it could not be opened' };
  }
  try {
    const stat = fstatSync(descriptor);
    if (stat.isDirectory()) return 'missing';
    if (!stat.isFile()) return { why: 'it is no regular file' };
    if (stat.size > maxBytes) return { why: `it is larger than ${maxBytes >> 20} MiB` };
    const bytes = Buffer.allocUnsafe(stat.size);
    let length = 0;
    for (let got = -1; length < bytes.length && got !== 0; length += got)
      got = readSync(descriptor, bytes, length, bytes.length - length, length);
    return decoded(bytes.subarray(0, length));
  } finally {
    closeSync(descriptor);
  }
}

/** A file with zero bytes is no text. UTF-16 is, and tools on Windows write it. */
export function decoded(bytes: Buffer): { text: string } | { why: string } | 'missing' {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { text: bytes.subarray(2).toString('utf16le') };
  if (bytes.subarray(0, 8000).includes(0)) return { why: 'it holds bytes that are no text' };
  const text = bytes.toString('utf8').replace(/^\ufeff/, '');
  return { text: text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text };
}
