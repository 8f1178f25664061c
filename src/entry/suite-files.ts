import { open, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { ReleaseError } from '../domain/errors.ts';
import type { SuiteFiles } from '../steps/smoke-test.ts';

/** As large as a request to a function may be. */
const maxBytes = 32 * 1024 * 1024;

/**
 * Reads the suite's files below the workspace, symbolic links resolved: whatever is read is sent to the function, so a
 * suite of a pull request must not name the runner's own files.
 */
export function suiteFiles(workspace: string): SuiteFiles {
  return {
    async read(path, base, into) {
      const folder = base === undefined ? workspace : dirname(resolve(workspace, base));
      const wanted = resolve(folder, path);
      const fail = (why: string, cause?: unknown) =>
        new ReleaseError('suite-invalid', {
          what: `${path} cannot be read${base === undefined ? '' : ` (named in ${base})`}.`,
          why,
          fix: 'Check out the repository before this step, and name files relative to the suite.',
          cause,
        });
      let real: string;
      try {
        real = await realpath(wanted);
      } catch (cause) {
        throw fail(`${wanted} does not exist.`, cause);
      }
      const inside = relative(await realpath(workspace), real);
      if (inside.startsWith('..') || isAbsolute(inside)) throw fail('It lies outside of the workspace.');
      const file = await open(real, 'r');
      try {
        const { size } = await file.stat();
        if (!(await file.stat()).isFile()) throw fail('It is not a file.');
        if (size > maxBytes) throw fail(`It has ${size} bytes, and at most ${maxBytes} are sent.`);
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
