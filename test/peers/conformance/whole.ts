/** Kills a run of the conformance command at every write, and cleans up after each: `npm run peers -- conformance`. */
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
    ...['test/steps/conformance/killed.test.ts', '-w', '1'],
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, CONFORMANCE_KILLS: 'all' } },
);
process.exit(status ?? 1);
