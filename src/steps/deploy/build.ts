import { contentWord } from '../../domain/deploy/plan-text.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { deployRules } from '../../domain/findings/rules/deploy.ts';
import type { RunService } from '../ports/services.ts';
import { holdTraffic, releaseHold, warnHeld } from './hold.ts';
import type { Attempt, DeployRun } from './ports.ts';
import { settledService, verifyHeld } from './traffic.ts';

/**
 * Pins the traffic, starts the change (or joins the operation of an earlier attempt), waits until it ends, and reads the
 * result.
 */
export async function build(run: DeployRun, attempt: Attempt): Promise<void> {
  const { ports, request, result } = run;
  try {
    // From here on a new revision may appear, even if this deploy fails.
    if (attempt.ours) {
      run.sent = true;
      request.onBegun?.();
    }
    result.operation = attempt.ours?.operation;
    const pinned = await holdTraffic(run, attempt.service);
    const begun = await attempt.begin(pinned);
    result.operation = begun.operation;
    result.joined = begun.joined;
    request.onBegun?.();
    if (begun.joined)
      ports.log.line(
        `Joined a deploy that was already running (${begun.operation ?? 'it has just ended'}): it has the same ${contentWord(result.plan)} and configuration`,
      );
    await attempt.end();
  } catch (error) {
    await releaseHold(run, error);
    throw error;
  }
  try {
    await readAfter(run, attempt);
  } catch (error) {
    warnHeld(run);
    throw error;
  }
}

/** Reads from the service what the change made. */
async function readAfter(run: DeployRun, attempt: Attempt): Promise<void> {
  const { request, result } = run;
  const after = await attempt.read();
  result.deployed = after;
  result.revision = after?.revision;
  result.service = after?.service;
  result.url = after?.url;
  if (!result.service) return;
  let service: RunService = await settledService(run, result.service);
  result.revision ??= service.latestCreatedRevision;
  if (attempt.service && request.allTraffic !== false)
    service = await verifyHeld(run, service, attempt.service);
  result.traffic = service.trafficStatuses;
  if (service.latestCreatedRevision && service.latestCreatedRevision !== result.revision)
    result.findings.push({
      ...ofRule(deployRules, 'latest-is-another'),
      title: `The newest revision of the service is ${service.latestCreatedRevision}, but this deploy made ${result.revision}.`,
      why: 'Another deploy changed the same function or service at the same time.',
      source: 'GET run v2 services',
    });
}
