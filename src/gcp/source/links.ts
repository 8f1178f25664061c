import { readlinkSync, realpathSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import { leavingOf, refusedName } from '../../domain/source/refused-files.ts';
import { shownPath } from './file-name.ts';
import type { IgnoreRules } from './ignore-rules.ts';

/** The folder that is uploaded. */
export interface Tree {
  /** Absolute path without a symlink. */
  root: string;
  rules: IgnoreRules;
  /** Real paths of credentials files that earlier steps of the job have made. */
  credentials: ReadonlySet<string>;
}

/** What a link stands for: a file of the tree, a file that an earlier step left behind, or something that is refused. */
export type Link = { file: string } | { leaving: true } | { refused: string; isSecret?: true };

/** The text of a link if it leads to a folder, else undefined. The name may hold any bytes. */
export function linkToFolder(folder: string, name: Buffer): string | undefined {
  const path = Buffer.concat([Buffer.from(folder + sep), name]);
  try {
    return statSync(path).isDirectory() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}

/** Judges a link that does not lead to a folder. */
export function linkTo(tree: Tree, path: string): Link {
  let target: string;
  try {
    target = realpathSync(path);
  } catch {
    return { refused: `a link to ${shownPath(linkText(path))}, which does not exist or goes in circles` };
  }
  if (tree.credentials.has(target)) return { leaving: true };
  const root = tree.root.endsWith(sep) ? tree.root : tree.root + sep;
  if (!target.startsWith(root)) return { refused: `a link that leaves the folder, to ${shownPath(target)}` };
  const names = target.slice(root.length).split(sep);
  const forbidden = names.map((name) => leavingOf(name) ?? refusedName(name)).find(Boolean);
  if (forbidden) return { refused: `a link to ${forbidden}`, isSecret: true };
  const ignored = names.some((_, at) =>
    tree.rules.ignores(names.slice(0, at + 1).join('/'), at < names.length - 1),
  );
  if (ignored)
    return { refused: `a link to ${shownPath(names.join('/'))}, which ${tree.rules.by} leaves out` };
  if (!statSync(target).isFile())
    return { refused: 'a link to something that is neither a file nor a folder (a socket, pipe or device)' };
  return { file: target };
}

function linkText(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return path;
  }
}
