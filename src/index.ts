/** The only entry of the bundle: one function per action and per post step. Each imports its action when it is called. */

import type { ActionName } from './domain/report/report.ts';
import type { Action } from './runner/action.ts';

async function run<Name extends ActionName>(
  name: Name,
  load: () => Promise<Action<Name>>,
  step?: 'post',
): Promise<void> {
  await import(/* webpackMode: "eager" */ './inputs/basics.ts');
  const [{ runAction }, action] = await Promise.all([import('./runner/run.ts'), load()]);
  // Loaded only if a comment is asked for.
  const comment = async () => (await import('./actions/comment/comment.ts')).writeComment;
  const tell = async () => (await import('./actions/notify/notify.ts')).tellEnd;
  const explain = async () => (await import('./actions/logs/explain.ts')).explainByLog;
  await runAction(name, action, { step, comment, tell, explain });
}

export const auth = () => run('auth', async () => (await import('./actions/auth/auth.ts')).auth);
export const authPost = () =>
  run('auth', async () => (await import('./actions/auth/auth.ts')).authPost, 'post');
export const capacity = () =>
  run('capacity', async () => (await import('./actions/capacity/capacity.ts')).capacity);
export const capacityPost = () =>
  run('capacity', async () => (await import('./actions/capacity/post.ts')).capacityPost, 'post');
export const check = () => run('check', async () => (await import('./actions/check/check.ts')).check);
export const deploy = () => run('deploy', async () => (await import('./actions/deploy/deploy.ts')).deploy);
export const doctor = () => run('doctor', async () => (await import('./actions/doctor/doctor.ts')).doctor);
export const drill = () => run('drill', async () => (await import('./actions/drill/drill.ts')).drill);
export const drillPost = () =>
  run('drill', async () => (await import('./actions/drill/post.ts')).drillPost, 'post');
export const gateway = () =>
  run('gateway', async () => (await import('./actions/gateway/gateway.ts')).gateway);
export const gatewayPost = () =>
  run('gateway', async () => (await import('./actions/gateway/post.ts')).gatewayPost, 'post');
export const guard = () => run('guard', async () => (await import('./actions/guard/guard.ts')).guard);
export const logs = () => run('logs', async () => (await import('./actions/logs/logs.ts')).logs);
export const posture = () =>
  run('posture', async () => (await import('./actions/posture/posture.ts')).posture);
export const pipeline = () =>
  run('pipeline', async () => (await import('./actions/pipeline/pipeline.ts')).pipeline);
export const pipelinePost = () =>
  run('pipeline', async () => (await import('./actions/pipeline/post.ts')).pipelinePost, 'post');
export const release = () =>
  run('release', async () => (await import('./actions/release/release.ts')).release);
export const releasePost = () =>
  run('release', async () => (await import('./actions/release/post.ts')).releasePost, 'post');
export const rollback = () =>
  run('rollback', async () => (await import('./actions/rollback/rollback.ts')).rollback);
export const smokeTest = () =>
  run('smoke-test', async () => (await import('./actions/smoke-test/smoke-test.ts')).smokeTest);
export const model = () => run('model', async () => (await import('./actions/model/model.ts')).model);
export const slo = () => run('slo', async () => (await import('./actions/slo/slo.ts')).slo);
export const watch = () => run('watch', async () => (await import('./actions/watch/watch.ts')).watch);
export const cli = async () => (await import('./cli/main.ts')).main(process.argv.slice(2));
