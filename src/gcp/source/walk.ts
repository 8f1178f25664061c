import {
  type Dirent,
  lstatSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { join, sep } from 'node:path';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { refusedName } from '../../domain/source/refused-files.ts';
import type { IgnoreRules } from './ignore-rules.ts';

export interface Found {
  /** Path in the archive: relative, with `/`, without control characters. */
  path: string;
  /** Absolute path of its bytes, without a symlink. */
  real: string;
}

/** A file that may not be uploaded, with its path as a person can read it. */
export interface RefusedFile {
  path: string;
  why: string;
}

export interface WalkResult {
  found: Found[];
  ignored: { count: number; sample: string[] };
  refused: RefusedFile[];
}

/**
 * A zip file without extensions holds 65,535 entries. The other limits stop a mistake, such as a home folder as the
 * source, before it runs for hours.
 */
export const limits = { files: 60_000, depth: 64, pathBytes: 1024, bytes: 2 ** 31 - 1 } as const;

const sampleSize = 20;

/** A path for a message, with `?` in place of control characters. */
const shown = (path: string) => path.replace(/[\u0000-\u001f\u007f]/g, '?').slice(0, 200);

/**
 * Lists every file under `root` that the rules let through, without opening any. A symlink stands for its target. A
 * target outside the root is refused, because the upload would contain a file that is not in the folder.
 */
export function walk(root: string, rules: IgnoreRules, between: () => void = () => {}): WalkResult {
  const real = realpathSync(root);
  const result: WalkResult = { found: [], ignored: { count: 0, sample: [] }, refused: [] };
  const refuse = (path: string, why: string) => {
    if (result.refused.length < 100) result.refused.push({ path: shown(path), why });
  };
  const inside = (path: string) => path === real || path.startsWith(real.endsWith(sep) ? real : real + sep);

  function kindOf(
    absolute: string,
    entry: Dirent | Stats,
    path: string,
  ): { kind: 'file' | 'folder'; real: string } | undefined {
    if (entry.isFile()) return { kind: 'file', real: absolute };
    if (entry.isDirectory()) return { kind: 'folder', real: absolute };
    if (!entry.isSymbolicLink()) {
      refuse(path, 'neither a file nor a folder nor a link (a socket, pipe or device)');
      return undefined;
    }
    let target: string;
    try {
      target = realpathSync(absolute);
    } catch {
      refuse(path, `a link to ${shown(safeReadlink(absolute))}, which does not exist or goes in circles`);
      return undefined;
    }
    if (!inside(target)) {
      refuse(path, `a link that leaves the folder, to ${shown(target)}`);
      return undefined;
    }
    return kindOf(target, statSync(target), path);
  }

  /** `chain` holds the real paths of the folders above, so that a link to one of them is detected. */
  function enter(folder: string, prefix: string, chain: readonly string[]): void {
    between();
    let entries: Dirent[];
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch (cause) {
      throw new ReleaseError('source-refused', {
        what: `The folder ${shown(prefix || root)} could not be read.`,
        cause,
      });
    }
    for (const entry of entries) {
      const { name } = entry;
      const path = prefix === '' ? name : `${prefix}/${name}`;
      if (/[\u0000-\u001f\u007f\\\ufffd]/.test(name)) {
        refuse(path, 'its name holds control characters, a backslash or bytes that are not UTF-8');
        continue;
      }
      const absolute = join(folder, name);
      const isLinkToFolder = entry.isSymbolicLink() && isFolder(absolute);
      if (rules.ignores(path, entry.isDirectory() || isLinkToFolder)) {
        if (result.ignored.count++ < sampleSize) result.ignored.sample.push(path);
        continue;
      }
      const forbidden = refusedName(name);
      if (forbidden) {
        refuse(path, forbidden);
        continue;
      }
      const target = kindOf(absolute, entry, path);
      if (!target) continue;
      const forbiddenTarget = target.real === absolute ? undefined : refusedWithin(real, target.real);
      if (forbiddenTarget) refuse(path, `a link to ${forbiddenTarget}`);
      else if (Buffer.byteLength(path) > limits.pathBytes)
        refuse(path, `a path of more than ${limits.pathBytes} bytes`);
      else if (target.kind === 'file') {
        result.found.push({ path, real: target.real });
        if (result.found.length > limits.files) throw tooMany();
      } else if (chain.includes(target.real)) refuse(path, 'a link to a folder that contains it');
      else if (chain.length >= limits.depth) refuse(path, `more than ${limits.depth} folders deep`);
      else enter(target.real, path, [...chain, target.real]);
    }
  }

  enter(real, '', [real]);
  return result;
}

/**
 * Why the target of a link inside the root is refused: a name on its path is forbidden, such as `.git/config` behind a
 * link `config`.
 */
function refusedWithin(root: string, target: string): string | undefined {
  for (const name of target.slice(root.length).split(sep)) {
    const why = name === '' ? undefined : refusedName(name);
    if (why) return why;
  }
  return undefined;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function safeReadlink(path: string): string {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : path;
  } catch {
    return path;
  }
}

function tooMany(): ReleaseError {
  return new ReleaseError('source-refused', {
    what: `The source folder holds more than ${limits.files} files.`,
    why: 'That is more than an upload may hold, and most likely the wrong folder.',
    fix: 'Set source_dir to the folder of the function, or leave files out:',
    commands: ['echo node_modules >> .gcloudignore'],
  });
}
