import { type Dirent, readdirSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { leavingOf, refusedName } from '../../domain/source/refused-files.ts';
import type { LeftOut } from '../../steps/ports/source.ts';
import { isOddName, nameOf, shownPath } from './file-name.ts';
import type { IgnoreRules } from './ignore-rules.ts';
import { linkTo, linkToFolder, type Tree } from './links.ts';

export interface Found {
  /** Path in the archive: relative, with `/`, without control characters. */
  path: string;
  /** Absolute path of its bytes, without a symlink. */
  real: string;
}

/** A file that may not be uploaded, and why. The path is exact; `shownPath` makes it readable. */
export interface RefusedFile {
  path: string;
  why: string;
  /** What brings the file itself, as one sentence. */
  fix?: string;
  isSecret?: true;
}

export interface WalkResult {
  found: Found[];
  ignored: { count: number; sample: string[] };
  left: LeftOut[];
  refused: RefusedFile[];
}

export interface WalkOptions {
  /** Real paths of credentials files that earlier steps of the job have made. */
  credentials?: ReadonlySet<string> | undefined;
  /** Called for each folder. */
  between?: () => void;
}

/**
 * A zip file without extensions holds 65,535 entries. The other limits stop a mistake, such as a home folder as the
 * source, before it runs for hours.
 */
export const limits = { files: 60_000, depth: 64, pathBytes: 1024, bytes: 2 ** 31 - 1, told: 100 } as const;

const sampleSize = 20;
const earlierStep = 'a credentials file of an earlier step';

/**
 * Lists every file under `root` that the rules let through, without opening any. A link to a file stands for that file, which
 * has to be in the folder and uploaded itself. A link to a folder is left out, as `gcloud functions deploy` does.
 */
export function walk(root: string, rules: IgnoreRules, options: WalkOptions = {}): WalkResult {
  const { credentials = new Set(), between } = options;
  const tree: Tree = { root: realpathSync(root), rules, credentials };
  const result: WalkResult = { found: [], ignored: { count: 0, sample: [] }, left: [], refused: [] };
  const refuse = (path: string, why: string, isSecret?: true) => {
    if (result.refused.length < limits.told)
      result.refused.push(isSecret ? { path, why, isSecret } : { path, why });
  };
  const leave = (kind: LeftOut['kind'], path: string, why: string) => {
    if (result.left.length < limits.told) result.left.push({ kind, path: shownPath(path), why });
  };

  /** `folder` is the absolute path of a real folder, `prefix` its path in the archive. */
  function enter(folder: string, prefix: string, depth: number): void {
    between?.();
    for (const entry of entriesOf(folder, prefix || root)) {
      const name = nameOf(entry.name);
      const path = prefix === '' ? name : `${prefix}/${name}`;
      const target = entry.isSymbolicLink() ? linkToFolder(folder, entry.name) : undefined;
      if (rules.ignores(path, entry.isDirectory() || target !== undefined)) {
        if (result.ignored.count++ < sampleSize) result.ignored.sample.push(shownPath(path));
        continue;
      }
      const leaving = leavingOf(name);
      const secret = refusedName(name);
      const odd = oddity(name, path);
      const real = join(folder, name);
      if (leaving !== undefined) leave('leaving', path, leaving);
      else if (target !== undefined) leave('link', path, `a link to the folder ${shownPath(target)}`);
      else if (secret !== undefined) refuse(path, secret, true);
      else if (odd !== undefined) refuse(path, odd);
      else if (credentials.has(real)) leave('leaving', path, earlierStep);
      else if (entry.isFile()) find(path, real);
      else if (entry.isDirectory()) {
        if (depth >= limits.depth) refuse(path, `more than ${limits.depth} folders deep`);
        else enter(real, path, depth + 1);
      } else if (entry.isSymbolicLink()) {
        const link = linkTo(tree, real);
        if ('file' in link) find(path, link.file);
        else if ('leaving' in link) leave('leaving', path, `a link to ${earlierStep}`);
        else refuse(path, link.refused, link.isSecret);
      } else refuse(path, 'neither a file nor a folder nor a link (a socket, pipe or device)');
    }
  }

  function find(path: string, real: string): void {
    result.found.push({ path, real });
    if (result.found.length > limits.files) throw tooMany();
  }

  enter(tree.root, '', 1);
  return result;
}

function oddity(name: string, path: string): string | undefined {
  if (isOddName(name)) return 'its name holds control characters, a backslash or bytes that are not UTF-8';
  if (Buffer.byteLength(path) > limits.pathBytes) return `a path of more than ${limits.pathBytes} bytes`;
  return undefined;
}

function entriesOf(folder: string, shown: string): Dirent<Buffer>[] {
  try {
    return readdirSync(folder, { withFileTypes: true, encoding: 'buffer' });
  } catch (cause) {
    throw new ReleaseError('source-refused', {
      what: `The folder ${shownPath(shown.split(sep).join('/'))} could not be read.`,
      cause,
    });
  }
}

function tooMany(): ReleaseError {
  return new ReleaseError('source-refused', {
    what: `The source folder holds more than ${limits.files} files.`,
    why: 'That is more than an upload may hold, and most likely the wrong folder.',
    fix: 'Set source_dir to the folder of the function, or leave files out with .gcloudignore.',
  });
}
