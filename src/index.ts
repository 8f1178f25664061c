/** The bundle's only entry: one lazily imported function per action and per post step. */

import type { ActionName } from './domain/report.ts';
import type { Action } from './entry/run.ts';

async function run(name: ActionName, load: () => Promise<Action>): Promise<void> {
  const [{ runAction }, action] = await Promise.all([import('./entry/run.ts'), load()]);
  await runAction(name, action);
}

export const auth = () => run('auth', async () => (await import('./entry/auth.ts')).auth);
export const authPost = () => run('auth', async () => (await import('./entry/auth.ts')).authPost);
export const deploy = () => run('deploy', async () => (await import('./entry/deploy.ts')).deploy);
export const guard = () => run('guard', async () => (await import('./entry/guard.ts')).guard);
export const release = () => run('release', async () => (await import('./entry/release.ts')).release);
export const releasePost = () => run('release', async () => (await import('./entry/release.ts')).releasePost);
export const rollback = () => run('rollback', async () => (await import('./entry/rollback.ts')).rollback);
export const smokeTest = () =>
  run('smoke-test', async () => (await import('./entry/smoke-test.ts')).smokeTest);
export const watch = () => run('watch', async () => (await import('./entry/watch.ts')).watch);
