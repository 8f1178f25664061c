/**
 * The permissions that `init` gives, with nothing left out: `npm run peers -- permissions`. Every one is taken away, and every story
 * that used it is played without it, repaired by the printed commands, and played again. CI plays the stories with everything.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const { status } = spawnSync(
  process.execPath,
  [
    ...[
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
    ],
    ...['--testMatch', '<rootDir>/test/permissions/{enough.test,each}.ts', '-w', '1'],
  ],
  { cwd: root, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
