import { open, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { nearest } from '../../domain/data/locate.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { SuiteFiles } from '../../steps/smoke/smoke-test.ts';

/** As large as a request to a function may be. */
const maxBytes = 32 * 1024 * 1024;

interface Found {
  /** Real path below the workspace. */
  path?: string;
  why?: string;
  cause?: unknown;
}

const isOutside = (path: string) => path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path);

/**
 * The file of that name. A name in Hangul has two spellings (macOS writes its letters one by one), which are the same
 * name to a reader and two to Linux.
 */
async function locate(workspace: string, wanted: string): Promise<Found> {
  const root = await realpath(workspace);
  let here = root;
  const steps = relative(workspace, wanted);
  if (isOutside(steps)) return { why: 'It lies outside of the workspace.' };
  for (const step of steps.split(sep).filter(Boolean)) {
    try {
      here = await realpath(join(here, step));
    } catch (cause) {
      const names = await readdir(here).catch(() => []);
      const same = names.find((name) => name.normalize('NFC') === step.normalize('NFC'));
      const near = nearest(step, names);
      if (same === undefined)
        return { why: `${wanted} does not exist${near ? `: did you mean ${near}?` : '.'}`, cause };
      here = await realpath(join(here, same));
    }
    if (isOutside(relative(root, here))) return { why: 'It lies outside of the workspace.' };
  }
  return { path: here };
}

/**
 * Reads the suite's files below the workspace, symbolic links resolved: whatever is read is sent to the function, so a
 * suite of a pull request must not name the runner's own files.
 */
export function suiteFiles(workspace: string): SuiteFiles {
  const find = (path: string, base?: string) =>
    locate(
      resolve(workspace),
      resolve(base === undefined ? workspace : dirname(resolve(workspace, base)), path),
    );
  const whyNot = (size: number, isFile: boolean) =>
    !isFile
      ? 'It is not a file.'
      : size > maxBytes
        ? `It has ${size} bytes, and at most ${maxBytes} are sent.`
        : undefined;
  return {
    async problem(path, base) {
      const found = await find(path, base);
      const file = found.path === undefined ? undefined : await stat(found.path);
      const why = file ? whyNot(file.size, file.isFile()) : found.why;
      return why === undefined ? undefined : `${path} cannot be read. ${why}`;
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
      if (found.path === undefined) throw fail(found.why ?? '', found.cause);
      const file = await open(found.path, 'r').catch((cause: unknown) => {
        throw fail('It may not be read by this user.', cause);
      });
      try {
        const status = await file.stat();
        const { size } = status;
        const why = whyNot(size, status.isFile());
        if (why !== undefined) throw fail(why);
        const room = into && into.buffer.byteLength >= size ? Buffer.from(into.buffer, 0, size) : undefined;
        const bytes = room ?? Buffer.alloc(size);
        let at = 0;
        while (at < size) {
          const { bytesRead } = await file.read(bytes, at, size - at, at);
          if (bytesRead === 0) break;
          at += bytesRead;
        }
        return bytes.subarray(0, at);
      } finally {
        await file.close();
      }
    },
  };
}
