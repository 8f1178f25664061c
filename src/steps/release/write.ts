import { beforeTag, candidateTag } from '../../domain/product.ts';
import type { ActionTaken } from '../../domain/report/report.ts';
import { backText, type OutsideFact } from '../../domain/traffic/outside/facts.ts';
import type { RecordedAnswer } from '../../domain/traffic/outside/settings.ts';
import type { RecordPhase, ReleaseRecord } from '../../domain/traffic/record.ts';
import { allocationText, percentOf, servingNow } from '../../domain/traffic/serving.ts';
import type { Traffic, TrafficTarget } from '../../domain/traffic/traffic.ts';
import type { RunService } from '../ports/services.ts';
import { type Changed, type ChangeOptions, changeTraffic, type Decide } from '../traffic/change-traffic.ts';
import type { Answer } from '../traffic/prove-back.ts';
import { type SettingsBack, settingFindings } from '../traffic/settings-back.ts';
import { supplyWords } from '../traffic/supply-words.ts';
import { noteForeign } from './foreign.ts';
import { stillOurs } from './ours.ts';
import { recordedModel } from './phases/model.ts';
import { type PhaseResult, passed, type ReleaseRun } from './run.ts';

/** How a release writes traffic: together with its record, and only if the traffic is still its own. */

/** When the record stops protecting this release, if GitHub cannot say whether the run is over. */
function expiry({ request, ports }: ReleaseRun): string {
  const splitSteps = request.canary.length - 1;
  const own = request.buildSeconds + splitSteps * request.stepSeconds + request.fullSeconds;
  const planned = own + (request.othersSeconds ?? 0);
  return new Date(ports.clock.now() + (planned * 1.2 + 900) * 1000).toISOString();
}

export function recordOf(
  run: ReleaseRun,
  phase: RecordPhase,
  wrote: Traffic,
  { expires, at }: { expires: string; at: number },
): ReleaseRecord {
  const { request, found, live, written } = run;
  const { before, previous } = found;
  return {
    v: 1,
    ...request.owner,
    phase,
    before: before?.traffic ?? [],
    outside:
      found.outside && before
        ? {
            before: found.outside,
            after: written.outside,
            saved: found.saved,
            answer: recorded(found.answered),
          }
        : undefined,
    before_revision: before?.revision,
    wrote: [...wrote],
    candidate: run.candidate,
    commit: request.commit,
    model: recordedModel(run.model),
    gateway: written.gateway,
    stable: previous?.stable,
    stable_commit: previous?.stable_commit,
    failed: previous?.failed ?? [],
    function_update_time: live.updatedAt,
    marks: run.plan.labels,
    watch: written.watchState === undefined ? undefined : { at, state: written.watchState },
    expires,
  };
}

export interface Wanted {
  phase: RecordPhase;
  /** Absent if only the record changes. */
  traffic?: (service: RunService) => TrafficTarget[];
  /** Changes the record before it is written, for example to close it. */
  record?: (record: ReleaseRecord, wrote: TrafficTarget[]) => ReleaseRecord;
  /** Settings to write together with the traffic. */
  settings?: SettingsBack;
  /** The change to note in the journal, if a write was needed. */
  action: string;
  actionKind?: ActionTaken['kind'];
}

/** Writes the wanted traffic with the record. `urgent` uses the client with short attempts. */
export async function write(
  run: ReleaseRun,
  wanted: Wanted,
  options: ChangeOptions & { urgent?: boolean },
): Promise<PhaseResult> {
  const { clock, log, services, urgent } = run.ports;
  const ports = { clock, log, services: options.urgent ? urgent : services };
  // Computed once, so that a write whose response was lost is recognised by its record.
  const when = { expires: expiry(run), at: clock.now() };
  const decide: Decide = async (service, found) => {
    const own = await stillOurs(run, service, found);
    if (own.event !== 'passed') {
      const stop = own.event === 'yielded' || own.event === 'unclear' ? own.event : 'moved';
      return { stop, reason: own.reason };
    }
    // Another release may have run since the plan, so keep what its record says about stable and failed revisions.
    if (found.kind === 'record' && found.record.id !== run.request.owner.id)
      run.found = { ...run.found, previous: found.record };
    const traffic = wanted.traffic?.(service);
    if (traffic) run.journal.send(traffic);
    const wrote = traffic ?? service.traffic;
    const open = recordOf(run, wanted.phase, wrote, when);
    const record = wanted.record?.(open, wrote) ?? open;
    run.written.record = record;
    return { traffic, record, outside: wanted.settings?.change(service) };
  };
  const changed = await changeTraffic(ports, run.live.service ?? '', decide, options);
  if (changed.done && wanted.settings) noteSettings(run, wanted.settings.facts(changed.service));
  return changed.done ? written(run, changed, wanted) : { event: changed.stop, reason: changed.reason };
}

function noteSettings({ ending, journal }: ReleaseRun, facts: OutsideFact[]): void {
  ending.outside = facts;
  journal.findNew(settingFindings(facts));
  const back = backText(facts);
  if (back) journal.act(`Put back ${back}`);
}

function written(
  run: ReleaseRun,
  changed: Extract<Changed, { done: true }>,
  { action, actionKind }: Wanted,
): PhaseResult {
  const { journal, candidate } = run;
  const { service } = changed;
  const urlOf = (tag: string) => service.trafficStatuses.find((status) => status.tag === tag)?.uri;
  run.written.recorded = true;
  run.live = {
    ...run.live,
    serving: servingNow(service),
    candidateUrl: urlOf(candidateTag) ?? run.live.candidateUrl,
    tagUrls: [urlOf(candidateTag), urlOf(beforeTag)].filter((url) => url !== undefined),
    supply: supplyWords(service),
  };
  journal.mark(candidate === undefined ? 0 : percentOf(candidate, run.live.serving));
  noteForeign(run, service.latestCreatedRevision);
  if (changed.wrote) journal.act(action, actionKind);
  return passed(allocationText(run.live.serving));
}

const recorded = (answer: Answer | undefined): RecordedAnswer | undefined =>
  answer && { answered: answer.answered, status: answer.status, by: answer.by };
