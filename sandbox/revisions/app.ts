import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failed } from './build-request.ts';
import type { Image } from './image.ts';
import { guardian, preload, processOf } from './process.ts';

/** The line of a Procfile for the process that gets the requests. */
function procfile(folder: string): string | undefined {
  const file = join(folder, 'Procfile');
  return existsSync(file) ? /^web:\s*(.+)$/m.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
}

/**
 * A source that is a whole server and not a function: Google's buildpacks start the Procfile's `web`, else what the source
 * names itself, such as npm's script `start`.
 * @param start the command of the source itself
 * @param path folders before the machine's own PATH
 */
export function appImage(folder: string, start: string | undefined, path = ''): Image {
  const command = procfile(folder) ?? start;
  if (command === undefined)
    throw failed(
      'for this source there is no start command: give --function, a Procfile, or a script "start"',
    );
  const node = /^node\s+([^;&|<>$`]+)$/.exec(command)?.[1];
  const argv = () =>
    node === undefined ? [guardian, 'sh', '-c', command] : [...preload, ...node.trim().split(/\s+/)];
  return {
    inline: undefined,
    instantiate: (options) =>
      processOf(
        {
          folder,
          argv,
          env: {
            PATH: `${path}${process.env.PATH ?? ''}`,
            HOME: folder,
            NODE_ENV: 'production',
            PYTHONUNBUFFERED: '1',
            ...options.env,
          },
        },
        options,
      ),
  };
}
