import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { WorldDriver } from '../../test/support/world-driver.ts';

const root = join(import.meta.dirname, '../..');

/** The tests that play a release or an exposure from beginning to end. CI plays them on functions, and a sample on the other drivers. */
const told = ['test/steps/release', 'test/gcp/exposure/ways'];

/** Plays every story on one driver. Returns the exit code of the tests. */
export async function playStories(driver: WorldDriver): Promise<number> {
  console.log(`Stories on ${driver}: ${told.join(', ')}`);
  const child = spawn('npm', ['run', '--silent', 'jest', '--', ...told, '--forceExit'], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, STORY_DRIVER: driver },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
