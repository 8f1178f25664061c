/**
 * The permissions that `init` gives, with nothing left out: `npm run peers -- permissions`. Every one is taken away, and every story
 * that used it is played without it, repaired by the printed commands, and played again. CI plays a sample of the rows.
 * `--driver=run-image` plays the rows of one driver, `--only=PATTERN` those whose name fits, `--stories=PATTERN` only these stories,
 * and `--part=2/6` every sixth row from the second on.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const option = (name: string) =>
  process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3) ?? '';
const [driver, only, stories, part] = [option('driver'), option('only'), option('stories'), option('part')];
const files = driver || only || stories || part ? 'each' : '{enough.test,each}';
const { status } = spawnSync(
  process.execPath,
  [
    ...[
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
    ],
    ...['--testMatch', `<rootDir>/test/permissions/${files}.ts`, '-w', '1'],
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...{ ...process.env, PERMISSIONS_DRIVER: driver, PERMISSIONS_ONLY: only, PERMISSIONS_STORIES: stories },
      ...(part ? { PERMISSIONS_PART: part } : {}),
    },
  },
);
process.exitCode = status ?? 1;
