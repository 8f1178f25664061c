import { type FileHandle, open, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { nearest } from '../../domain/data/nearest.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { pointerProblem } from '../../domain/smoke/suite/file-content.ts';
import type { SuiteFiles } from '../../steps/smoke/ports.ts';

/** The largest file that is read: as large as a request to a function may be. */
const maxBytes = 32 * 1024 * 1024;

type Located =
  /** Real path below the workspace. */
  { path: string } | { path?: undefined; why: string; cause?: unknown };

const isOutside = (path: string) => path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path);

/**
 * Finds a file by name, one folder after the other. A Korean name has two spellings, because macOS writes its letters
 * one by one. A reader sees the same name; Linux sees two.
 */
async function locate(workspace: string, wanted: string): Promise<Located> {
  const root = await realpath(workspace);
  let here = root;
  const parts = relative(workspace, wanted);
  if (isOutside(parts)) return { why: 'It is outside the workspace.' };
  for (const part of parts.split(sep).filter(Boolean)) {
    try {
      here = await realpath(join(here, part));
    } catch (cause) {
      const names = await readdir(here).catch(() => []);
      const same = names.find((name) => name.normalize('NFC') === part.normalize('NFC'));
      const near = nearest(part, names);
      if (same === undefined)
        return { why: `${wanted} does not exist${near ? `: did you mean ${near}?` : '.'}`, cause };
      here = await realpath(join(here, same));
    }
    if (isOutside(relative(root, here))) return { why: 'It is outside the workspace.' };
  }
  return { path: here };
}

/** Size of a file, or why it cannot be sent. Checked before it is opened, because opening a FIFO waits for a writer. */
async function checkSize(path: string): Promise<{ size: number } | { size?: undefined; why: string }> {
  const status = await stat(path);
  if (!status.isFile()) return { why: 'It is not a file.' };
  if (status.size > maxBytes)
    return { why: `It has ${status.size} bytes, but at most ${maxBytes} can be sent.` };
  return { size: status.size };
}

/** Reads the first `size` bytes, into the memory of `into` if it is large enough. */
async function readBytes(file: FileHandle, size: number, into?: Uint8Array): Promise<Uint8Array> {
  const bytes =
    into && into.buffer.byteLength >= size ? Buffer.from(into.buffer, 0, size) : Buffer.alloc(size);
  let at = 0;
  while (at < size) {
    const { bytesRead } = await file.read(bytes, at, size - at, at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.subarray(0, at);
}

/**
 * Reads the files of a suite below the workspace, with symbolic links resolved. The function receives everything that is read, so the
 * suite of a pull request must not be able to name the runner's own files.
 */
export function suiteFiles(workspace: string): SuiteFiles {
  const find = (path: string, base?: string) =>
    locate(
      resolve(workspace),
      resolve(base === undefined ? workspace : dirname(resolve(workspace, base)), path),
    );
  return {
    async problem(path, base) {
      const unreadable = (why: string) => `${path} cannot be read. ${why}`;
      const found = await find(path, base);
      if (found.path === undefined) return unreadable(found.why);
      const checked = await checkSize(found.path);
      if (checked.size === undefined) return unreadable(checked.why);
      const file = await open(found.path, 'r').catch(() => undefined);
      if (!file) return unreadable('This user may not read it.');
      try {
        return pointerProblem(path, await readBytes(file, Math.min(checked.size, 100)));
      } finally {
        await file.close();
      }
    },
    async read(path, base, into) {
      const fail = (why: string, cause?: unknown) =>
        new ReleaseError('suite-invalid', {
          what: `${path} cannot be read${base === undefined ? '' : ` (named in ${base})`}.`,
          why,
          fix: 'Check out the repository before this step, and name files relative to the suite.',
          cause,
        });
      const found = await find(path, base);
      if (found.path === undefined) throw fail(found.why, found.cause);
      const checked = await checkSize(found.path);
      if (checked.size === undefined) throw fail(checked.why);
      const file = await open(found.path, 'r').catch((cause: unknown) => {
        throw fail('This user may not read it.', cause);
      });
      try {
        return await readBytes(file, checked.size, into);
      } finally {
        await file.close();
      }
    },
  };
}
