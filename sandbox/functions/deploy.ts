import type { World } from '../core/state.ts';
import { BuildError } from '../revisions/build-request.ts';
import { StartError } from '../revisions/instance.ts';
import { writeBuildLine } from '../run/container-log.ts';
import { buildStage, keepBuild } from './build-stage.ts';
import { type Change, type CloudFunction, type FunctionOperation, nowText } from './model.ts';
import { end, stage } from './operations.ts';
import { renderFunction } from './render.ts';
import { serviceStage } from './service-stage.ts';

/** Aborts every build under way when the sandbox stops. */
const aborter = (world: World) =>
  world.extension('builds under way', () => {
    const controller = new AbortController();
    world.onStop.push(() => controller.abort());
    return controller;
  });

/** Carries out a create or an update, stage by stage. It never throws: an error ends up in the operation. */
export async function deploy(
  world: World,
  fn: CloudFunction,
  operation: FunctionOperation,
  change: Change,
): Promise<void> {
  fn.state = 'DEPLOYING';
  const { signal } = aborter(world);
  try {
    const built = await buildStage(world, fn, operation, change, signal);
    const revision = await serviceStage(world, fn, operation, change, built.image, signal);
    keepBuild(world, fn, built);
    fn.config = change.config;
    fn.revision = revision.name;
    fn.state = 'ACTIVE';
    fn.stateMessages = [];
    fn.updateTime = nowText(world);
    end(world, fn, operation, {
      response: {
        '@type': 'type.googleapis.com/google.cloud.functions.v2.Function',
        ...renderFunction(world, fn),
      },
    });
  } catch (error) {
    if (!(error instanceof BuildError || error instanceof StartError) && !signal.aborted)
      world.problem(`deploy of ${fn.name}: ${(error as Error).stack}`);
    fail(world, fn, operation, error as Error);
  }
}

/** Marks the function FAILED. It keeps its old configuration, and the old revision goes on serving. */
function fail(world: World, fn: CloudFunction, operation: FunctionOperation, error: Error): void {
  const inBuild = error instanceof BuildError;
  const { message } = error;
  fn.state = 'FAILED';
  fn.stateMessages = [
    { severity: 'ERROR', type: inBuild ? 'CloudBuildError' : 'CloudRunServiceError', message },
  ];
  fn.updateTime = nowText(world);
  const failing = inBuild ? 'BUILD' : 'SERVICE';
  stage(operation, failing, { state: 'COMPLETE', message, stateMessages: fn.stateMessages });
  if (inBuild && operation.buildName)
    for (const line of message.split('\n'))
      writeBuildLine(world, operation.buildName.split('/').pop() as string, line, 'ERROR');
  if (!inBuild && operation.verb === 'update')
    operation.stages.push({
      name: 'SERVICE_ROLLBACK',
      state: 'COMPLETE',
      message: 'The service was left as it was',
    });
  const code = error instanceof StartError ? error.code : inBuild ? 3 : 13;
  end(world, fn, operation, { error: { code, message } });
}
