import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Kind, Resource } from '../../domain/conformance/names.ts';
import { listOf, objectOf, textOf } from '../../domain/data/json.ts';
import { slug } from '../../domain/product.ts';
import type { Journal } from '../../steps/conformance/ports.ts';

/** Where the journal is if no flag says it: one file for each project and region. */
export const journalPath = (
  env: Readonly<Record<string, string | undefined>>,
  project: string,
  region: string,
): string =>
  join(
    env.XDG_STATE_HOME || join(homedir(), '.local', 'state'),
    slug,
    `conformance-${project.replace(/[^\w.-]/g, '_')}-${region}.json`,
  );

const kinds: readonly string[] = ['account', 'service', 'function'] satisfies Kind[];

/** A file that holds what exists. It is replaced as a whole, and is gone when nothing is left. A broken file counts as empty: labels find the rest. */
export function openJournal(path: string): Journal {
  const list = read(path);
  const save = () => {
    if (list.length === 0) return rmSync(path, { force: true });
    mkdirSync(dirname(path), { recursive: true });
    const next = `${path}.${process.pid}`;
    const file = openSync(next, 'w', 0o600);
    writeSync(file, JSON.stringify(list));
    fsyncSync(file);
    closeSync(file);
    renameSync(next, path);
  };
  return {
    add(resource) {
      if (list.some(({ name }) => name === resource.name)) return;
      list.push(resource);
      save();
    },
    remove(name) {
      const at = list.findIndex((resource) => resource.name === name);
      if (at < 0) return;
      list.splice(at, 1);
      save();
    },
    entries: () => [...list],
  };
}

function read(path: string): Resource[] {
  try {
    return listOf(JSON.parse(readFileSync(path, 'utf8'))).flatMap((item): Resource[] => {
      const { kind, name, run } = objectOf(item);
      const [known, whole, id] = [textOf(kind), textOf(name), textOf(run)];
      return known !== undefined && kinds.includes(known) && whole !== undefined && id !== undefined
        ? [{ kind: known as Kind, name: whole, run: id }]
        : [];
    });
  } catch {
    return [];
  }
}
