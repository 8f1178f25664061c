import { listRuntimes, upgradeFunction } from '../../domain/data/commands.ts';
import type { JsonObject } from '../../domain/data/json.ts';
import { textOf } from '../../domain/data/json.ts';
import { runtimeSupport, runtimeText } from '../../domain/deploy/runtimes.ts';
import { isFirstGeneration } from '../../domain/deploy/state.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { deployRules } from '../../domain/findings/rules/deploy.ts';
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

/** Throws `function-refused` if Google no longer builds the runtime. Returns a finding if its support ends. */
function checkRuntime(
  request: DeployRequest,
  live: Live,
  list: readonly JsonObject[],
  today: string,
): Finding[] {
  const asked = request.settings.get('buildConfig.runtime');
  const current = (live.function?.buildConfig as JsonObject | undefined)?.runtime;
  const runtime = textOf(asked ?? current);
  if (!runtime) {
    if (live.function) return [];
    throw new ReleaseError('input-invalid', {
      what: 'runtime: missing: a new function needs one.',
      fix: 'Set runtime, such as runtime: nodejs24.',
    });
  }
  const support = runtimeSupport(list, runtime, today);
  if (support.state === 'supported') return [];
  const text = runtimeText(support);
  const instead = support.nearest
    ? `Set runtime: ${support.nearest}.`
    : support.newest
      ? `Use runtime: ${support.newest}.`
      : support.siblings.length > 0
        ? `Available: ${support.siblings.join(', ')}.`
        : 'List the runtimes:';
  const known = support.nearest !== undefined || support.newest !== undefined || support.siblings.length > 0;
  const commands = known ? undefined : [listRuntimes(request)];
  if (support.state === 'unknown' || support.state === 'decommissioned')
    throw new ReleaseError('function-refused', {
      what: text,
      why: 'Google would refuse the build after the upload.',
      fix: instead,
      commands,
    });
  return [
    {
      ...ofRule(deployRules, support.state === 'deprecated' ? 'runtime-deprecated' : 'runtime-ending'),
      title: text,
      why: 'A decommissioned runtime can no longer be deployed, and its functions may be disabled.',
      fix: instead,
      commands,
      source: 'GET cloudfunctions v2 runtimes',
    },
  ];
}

/** Adds findings about the runtime, if the live list of runtimes could be read. */
export function checkSupport(run: FunctionRun, live: Live, list: JsonObject[] | Error): void {
  const { ports, request, result } = run;
  request.signal?.throwIfAborted();
  if (list instanceof Error)
    ports.log.warning(`Could not check whether the runtime is still supported: ${list.message}`);
  else if (list.length > 0)
    result.findings.push(
      ...checkRuntime(request, live, list, new Date(ports.clock.now()).toISOString().slice(0, 10)),
    );
  for (const finding of result.findings)
    if (finding.rule === 'runtime-deprecated' || finding.rule === 'runtime-ending')
      ports.log.warning([finding.title, finding.fix, ...(finding.commands ?? [])].join(' '));
}

/** Says what a new trigger does without `event_trigger_retry`, because deploy-cloud-functions@v4 turns it on. */
export function tellRetry({ ports, request }: FunctionRun, live: Live): void {
  const isNew = request.settings.has('eventTrigger.eventType') && live.function?.eventTrigger === undefined;
  if (isNew && !request.settings.has('eventTrigger.retryPolicy'))
    ports.log.warning(
      'event_trigger_retry is not set, so Google does not deliver an event again if the function fails. deploy-cloud-functions@v4 sets true. Set it to true or false.',
    );
}
