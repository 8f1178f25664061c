import { lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { absent, type Observed } from '../../domain/setup/observed.ts';
import type { SetupPlace } from '../../steps/setup/ports.ts';

/** The most that is read of a file that is there. Ours are far smaller. */
const most = 256 * 1024;

/** The files of the repository in a folder. A link or a folder in the place of a file is something that someone else made. */
export function createSetupFiles(folder: string): SetupPlace {
  return {
    kinds: ['file'],
    observe: async (resource) => (resource.kind === 'file' ? observe(join(folder, resource.path)) : absent),
    async write(rows) {
      for (const { resource } of rows) {
        if (resource.kind !== 'file') continue;
        const path = join(folder, resource.path);
        mkdirSync(dirname(path), { recursive: true });
        // A file that is half written would look like someone else's.
        const temporary = `${path}.${process.pid}.tmp`;
        writeFileSync(temporary, resource.content, { flag: 'wx' });
        renameSync(temporary, path);
      }
    },
  };
}

function observe(path: string): Observed {
  try {
    const found = lstatSync(path);
    const content = found.isFile() && found.size <= most ? readFileSync(path, 'utf8') : '(not a text file)';
    return { state: 'present', ours: false, fields: { content } };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return absent;
    return { state: 'unreadable', permission: undefined, detail: message };
  }
}
