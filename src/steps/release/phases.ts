import { judgeAlerts } from '../../domain/alerts/judge.ts';
import { judgeFreeze } from '../../domain/freeze/judge.ts';
import type { Phase } from '../../domain/release/machine.ts';
import { goBack } from './phases/back.ts';
import { build } from './phases/build.ts';
import { testDoor } from './phases/door.ts';
import { judgeGateway, moveGateway } from './phases/gateway.ts';
import { guardAgain, guardFirst, guardPlan } from './phases/guard.ts';
import { checkModelBefore, modelStays, resolveModel } from './phases/model.ts';
import { planRelease } from './phases/plan.ts';
import { type Known, tryEverything } from './phases/preflight.ts';
import { read } from './phases/read.ts';
import { smoke } from './phases/smoke.ts';
import { finish, finishAgreed, noteAgreed, pin, shift } from './phases/traffic.ts';
import { watchStep } from './phases/watch.ts';
import type { StageKind } from './ports.ts';
import { type PhaseResult, passed, type ReleaseRun, refused } from './run.ts';
import { whileOurs } from './while-ours.ts';

/** What the release does in each phase, and the phase's name in the log. */

type Handlers = Record<Exclude<Phase, 'ended'>, () => Promise<PhaseResult>>;

export function handlersOf(run: ReleaseRun): Handlers {
  const { ports, request } = run;
  /** What the preflight or the gate read, so that the next phase need not read it again. */
  let known: Known | undefined;
  return {
    preflight: async () => {
      const result = await tryEverything(run);
      known = result.known;
      return result;
    },
    gate: async () => {
      const frozen = askCalendar(run);
      if (frozen) return frozen;
      const alerted = await askAlerts(run);
      if (alerted) return alerted;
      const open = await judgeGateway(run);
      if (open) return open;
      await ports.stages.door?.knock(ports.signal);
      await resolveModel(run);
      if (ports.stages.budget === undefined) return passed('no objectives, no gate');
      known ??= { deployed: await ports.target.read(ports.signal) };
      return askBudget(run, known.deployed?.service);
    },
    reading: async () => {
      const result = await read(run, known);
      if (result.event === 'passed') await checkModelBefore(run);
      return result.event === 'passed' ? planRelease(run, result) : result;
    },
    guarding: () => (request.dryRun ? guardPlan(run) : guardFirst(run)),
    pinning: () => pin(run),
    building: () => build(run),
    checking: async () => {
      const result = await guardAgain(run);
      return (result.event === 'passed' ? await modelStays(run) : undefined) ?? result;
    },
    tagging: async () => {
      const result = await shift(run, 0, 'smoking');
      if (result.event !== 'passed') return result;
      return passed(`${run.candidate} at ${run.found.before ? '0 %' : '100 %, a first release'}`);
    },
    smoking: () => smoke(run),
    canary: () => inTurn(run, () => watchStep(run)),
    full: () => inTurn(run, () => watchStep(run)),
    finishing: () =>
      inTurn(run, async () => (await moveGateway(run)) ?? (await testDoor(run)) ?? promoteInTurn(run)),
    reverting: () => goBack(run),
  };
}

/** With several regions, waits until it is this region's turn. Meanwhile the traffic has to stay ours, as during a watch. */
async function inTurn(run: ReleaseRun, work: () => Promise<PhaseResult>): Promise<PhaseResult> {
  const { wave } = run.ports;
  const { phase, step } = run.state;
  if (wave && (phase === 'canary' || phase === 'full' || phase === 'finishing')) {
    const stopped = await whileOurs(run, (signal) =>
      wave.turn({ phase, step, candidate: run.candidate }, signal),
    );
    if (stopped) return stopped;
    const began = run.ports.clock.steady();
    return { ...(await work()), began };
  }
  return work();
}

/** With several regions, promotes once all of them can be: until then each may still be called back, and afterwards none. */
async function promoteInTurn(run: ReleaseRun): Promise<PhaseResult> {
  const { wave } = run.ports;
  if (!wave) return finish(run);
  const stopped = await whileOurs(run, async (signal) => {
    const others = wave.others();
    // Regions that were left out, or had nothing to release, promote nothing.
    const noted = Object.keys(others).length > 0 ? await noteAgreed(run, others, signal) : undefined;
    if (noted && noted.event !== 'passed') return noted;
    await wave.agree(signal);
    return undefined;
  });
  return stopped ?? finishAgreed(run);
}

/**
 * Asks whether a window forbids a release now. Google's time counts, because the login has corrected the clock. Undefined if the release
 * goes on. A dry run changes nothing, so it only says what a release would do.
 */
function askCalendar({ ports, request, journal }: ReleaseRun): PhaseResult | undefined {
  const judged = judgeFreeze(request.freeze, ports.clock.now());
  if (!judged) return undefined;
  journal.show({ freeze: judged.evidence });
  journal.find([judged.finding]);
  if (judged.blocks && !request.dryRun)
    return { ...refused(`${judged.reason} Nothing was changed.`), stage: 'Freeze window' };
  const text = judged.blocks ? `A release would stop: ${judged.reason}` : judged.reason;
  journal.warn(text);
  ports.log.line(`  ${text}`);
  return undefined;
}

/**
 * Asks Cloud Monitoring whether an alert on the service is open. Undefined if the release goes on. What could not be read is
 * told, and stops a user who chose `on_alert: fail`.
 */
async function askAlerts({ ports, request, journal }: ReleaseRun): Promise<PhaseResult | undefined> {
  const { alerts } = ports.stages;
  if (alerts === undefined) return undefined;
  const look = await alerts(ports.signal);
  const judged = judgeAlerts(request.alerts, look, request.place.name, ports.clock.now());
  journal.show({ alerts: judged.evidence });
  if (!judged.finding) return undefined;
  journal.find([judged.finding]);
  if (judged.blocks && !request.dryRun)
    return { ...refused(`${judged.reason} Nothing was changed.`), stage: 'Open alerts' };
  const text = judged.blocks ? `A release would stop: ${judged.reason}` : judged.reason;
  journal.warn(text);
  ports.log.line(`  ${text}`);
  return undefined;
}

/** Asks whether enough of the error budget remains for a release. */
async function askBudget({ ports, journal }: ReleaseRun, service: string | undefined): Promise<PhaseResult> {
  const { budget } = ports.stages;
  if (budget === undefined || service === undefined) return passed('a first release: nothing spent yet');
  const result = await budget(service, ports.signal);
  journal.show({ budget: result.evidence });
  journal.find(result.findings);
  return result.verdict === 'fail' ? refused(result.reason) : passed(result.reason);
}

export const stageOf: Record<Exclude<Phase, 'ended'>, { stage: string; kind: StageKind }> = {
  preflight: { stage: 'Preflight', kind: 'check' },
  gate: { stage: 'Budget gate', kind: 'check' },
  reading: { stage: 'State', kind: 'check' },
  guarding: { stage: 'Guard', kind: 'check' },
  pinning: { stage: 'Pin', kind: 'check' },
  building: { stage: 'Build', kind: 'build' },
  checking: { stage: 'Guard again', kind: 'build' },
  tagging: { stage: 'Tag', kind: 'build' },
  smoking: { stage: 'Smoke test', kind: 'smoke' },
  canary: { stage: 'Watch', kind: 'watch' },
  full: { stage: 'Watch', kind: 'watch' },
  finishing: { stage: 'Promote', kind: 'finish' },
  reverting: { stage: 'Roll back', kind: 'back' },
};
