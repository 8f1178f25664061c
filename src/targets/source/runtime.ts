import { listRuntimes } from '../../domain/data/commands.ts';
import { type JsonObject, objectOf, textOf } from '../../domain/data/json.ts';
import { functionPath, type Located, locationOf } from '../../domain/data/resource-name.ts';
import { scheduleDate } from '../../domain/deploy/runtime-dates.ts';
import { type RuntimeSupport, runtimeSupport, runtimeText, sourceOf } from '../../domain/deploy/runtimes.ts';
import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import { type Finding, findingLine } from '../../domain/findings/finding.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { deployRules } from '../../domain/findings/rules/deploy.ts';
import type { DeployRequest, DeployResult } from '../../steps/deploy/ports.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { Functions } from '../../steps/ports/functions.ts';
import type { Log } from '../../steps/ports/log.ts';

/** How long the runtime of a deploy can still be built. */

/** Google's live list of runtimes, or why it could not be read. */
export type RuntimeList = JsonObject[] | Error;

/** Reads the live list while the deploy reads other things. It never rejects. */
export const readRuntimes = (
  functions: Pick<Functions, 'runtimes'>,
  place: Located,
  signal: AbortSignal | undefined,
): Promise<RuntimeList> =>
  functions
    .runtimes(locationOf(functionPath(place)), signal)
    .catch((error: unknown) => new Error(messageOf(error)));

export interface RuntimeCheck {
  ports: { log: Log; clock: Clock };
  request: DeployRequest;
  result: Pick<DeployResult, 'findings'>;
}

/**
 * Adds a finding about a runtime whose support ends. If `refuses`, it throws `function-refused` for one that the live list says
 * Google no longer builds. Functions of Cloud Run have base images that the list does not name.
 * @param config what is deployed, by the paths of the settings
 */
export function checkRuntime(
  { ports: { log, clock }, request, result }: RuntimeCheck,
  config: JsonObject | undefined,
  list: RuntimeList,
  { refuses }: { refuses: boolean },
): void {
  request.signal?.throwIfAborted();
  const asked = request.settings.get('buildConfig.runtime');
  const runtime = textOf(asked ?? objectOf(config?.buildConfig).runtime);
  if (runtime === undefined) return;
  const live = list instanceof Error || list.length === 0 ? undefined : list;
  if (list instanceof Error) {
    const told = `Google's live list of runtimes could not be read, so its schedule of ${scheduleDate} speaks: ${list.message}`;
    if (refuses) log.warning(told);
    else log.debug(told);
  }
  const support = runtimeSupport(live, runtime, new Date(clock.now()).toISOString().slice(0, 10));
  if (support === undefined || support.state === 'supported') return;
  const isRefused = support.state === 'unknown' || support.state === 'decommissioned';
  if (isRefused && refuses && live) throw refusal(request, support);
  if (support.state === 'unknown') return;
  const finding = findingOf(request, support);
  result.findings.push(finding);
  log.warning(findingLine(finding));
}

function insteadOf(request: DeployRequest, { nearest, newest, siblings }: RuntimeSupport) {
  if (nearest) return { fix: `Set runtime: ${nearest}.` };
  if (newest) return { fix: `Use runtime: ${newest}.` };
  if (siblings.length > 0) return { fix: `Available: ${siblings.join(', ')}.` };
  return { fix: 'List the runtimes:', commands: [listRuntimes(request)] };
}

const refusal = (request: DeployRequest, support: RuntimeSupport) =>
  new ReleaseError('function-refused', {
    what: runtimeText(support),
    why: 'Google would refuse the build after the upload.',
    ...insteadOf(request, support),
  });

const findingOf = (request: DeployRequest, support: RuntimeSupport): Finding => ({
  ...ofRule(deployRules, support.state === 'ending' ? 'runtime-ending' : 'runtime-deprecated'),
  title: runtimeText(support),
  why: 'A decommissioned runtime can no longer be deployed, and its functions may be disabled.',
  ...insteadOf(request, support),
  source: sourceOf(support),
});
