import { lstatSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { parse } from 'yaml';
import type { Live, Managed } from '../../domain/alerting/managed.ts';
import type { MadeFile } from '../../domain/alerting/request.ts';
import { type JsonObject, objectOf } from '../../domain/data/json.ts';
import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import { product } from '../../domain/product.ts';
import { readRegularFile } from '../../runner/regular-file.ts';
import { makeFolder, replaceFile } from '../../runner/write-file.ts';
import type { SloStore } from '../../steps/slo/ports.ts';

const kind = 'file';
const mark = `Made by ${product}`;

/** A file's content as data. What cannot be read differs from everything. */
function contentOf(text: string): JsonObject {
  try {
    return objectOf(parse(text));
  } catch {
    return { unreadable: true };
  }
}

export const managedFiles = (files: readonly MadeFile[]): Managed[] =>
  files.map(({ name, text }) => ({ kind, name, body: contentOf(text) }));

/** Keeps generated files in a folder of the workspace. A file without our mark belongs to somebody else. */
export function createFileStore(
  files: readonly MadeFile[],
  { workspace, folder }: { workspace: string; folder: string },
): SloStore {
  const root = resolve(workspace, folder);
  const pathOf = (name: string) => join(root, name);
  requireInside(workspace, root);
  return {
    async read(wanted) {
      return wanted.flatMap(({ name }): Live[] => {
        const path = pathOf(name);
        const there = lstatSync(path, { throwIfNoEntry: false });
        if (!there) return [];
        // What a link leads to is not ours, wherever it is.
        if (!there.isFile()) return [{ kind, name, body: {}, ours: false }];
        const text = readRegularFile(path);
        return [{ kind, name, body: contentOf(text), ours: text.includes(mark) }];
      });
    },
    async write({ name }) {
      const file = files.find((one) => one.name === name);
      if (!file) return;
      makeFolder(root);
      replaceFile(pathOf(name), file.text);
    },
  };
}

/** A link could lead out of the workspace, so the nearest folder that exists is resolved. */
function requireInside(workspace: string, root: string): void {
  const home = realpathSync(resolve(workspace));
  let there = root;
  while (!statSync(there, { throwIfNoEntry: false })) there = resolve(there, '..');
  let outside: string | undefined;
  try {
    const way = relative(home, realpathSync(there));
    if (way.startsWith('..') || isAbsolute(way)) outside = 'it is outside the workspace';
  } catch (cause) {
    outside = messageOf(cause);
  }
  if (outside !== undefined)
    throw new ReleaseError('input-invalid', {
      what: `output_dir: ${root} cannot be used: ${outside}.`,
      fix: 'Give a folder below the workspace.',
    });
}
