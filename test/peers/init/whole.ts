/**
 * `init` with nothing left out: `npm run peers -- init`. A real gcloud runs what is printed, to and fro. CI runs the
 * same tests on a sample.
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
    ...['test/peers/init', '-w', '1'],
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, INIT_WHOLE: '1' } },
);
process.exitCode = status ?? 1;
