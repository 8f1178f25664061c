import { upgradeFunction } from '../../domain/data/commands.ts';
import { isFirstGeneration } from '../../domain/deploy/state.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { DeployRequest } from '../../steps/deploy/ports.ts';
import type { Live } from './state.ts';
import type { FunctionRun } from './world.ts';

/** Refuses what Google would refuse only after the build, or not at all. Throws `function-refused`. */
export function checkLive(request: DeployRequest, live: Live): void {
  const { name } = request;
  if (isFirstGeneration(live.function))
    throw new ReleaseError('function-refused', {
      what: `${name} is a first-generation function.`,
      why: 'Its traffic cannot be split or rolled back, and closing it can fail without an error.',
      fix: 'Deploy under another name. Or upgrade the function in place, which takes several steps; this is the first one, and it says what follows:',
      commands: [upgradeFunction(request)],
    });
}

/** Throws `input-invalid` if a new function has no runtime. */
export function needRuntime({ settings }: DeployRequest, live: Live): void {
  if (live.function || settings.get('buildConfig.runtime')) return;
  throw new ReleaseError('input-invalid', {
    what: 'runtime: missing: a new function needs one.',
    fix: 'Set runtime, such as runtime: nodejs24.',
  });
}

/** Says what a new trigger does without `event_trigger_retry`, because deploy-cloud-functions@v4 turns it on. */
export function tellRetry({ ports, request }: FunctionRun, live: Live): void {
  const isNew = request.settings.has('eventTrigger.eventType') && live.function?.eventTrigger === undefined;
  if (isNew && !request.settings.has('eventTrigger.retryPolicy'))
    ports.log.warning(
      'event_trigger_retry is not set, so Google does not deliver an event again if the function fails. deploy-cloud-functions@v4 sets true. Set it to true or false.',
    );
}
