import { shortName } from '../../domain/data/resource-name.ts';
import { limits } from '../../domain/release/limits.ts';
import { marksOfShift } from '../../domain/watch/marks.ts';
import { continuesMark } from '../../domain/watch/resume.ts';
import { clientsOf, testsOf } from '../../domain/watch/state.ts';
import { sliObjectivesOf } from '../ports/sli.ts';
import { endsStep, judgeLook } from './judge.ts';
import { openState, trafficBefore } from './open-state.ts';
import { startProber } from './probes.ts';
import { createProgress } from './progress.ts';
import { Recorder } from './recorder.ts';
import type { WatchPorts, WatchRequest } from './request.ts';
import { conclude, type Ending, type WatchResult } from './result.ts';
import { StepCounts } from './step-counts.ts';

export type { WatchPorts, WatchRequest } from './request.ts';
export type { WatchResult } from './result.ts';

/** At its end a step waits for requests that the source does not show yet, or for a quota, but no longer than this many seconds. */
const longestTail = limits.tail;

/**
 * Watches one canary step of a release: looks every few seconds, books what is new, and ends as soon as the rule
 * decides (docs/decide/how-it-decides.md), at the latest after `durationSeconds`. Everything that it saw or could not see ends in a
 * verdict. Throws only if the run is cancelled or the request is wrong.
 */
export async function watch(ports: WatchPorts, request: WatchRequest): Promise<WatchResult> {
  const { clock, source } = ports;
  const { phase, share, signal } = request;
  const tests = testsOf(request.objectives, ports.probes !== undefined);
  const settledAt = request.settledAt ?? clock.now();
  const shiftedAt = Math.min(request.shiftedAt ?? settledAt, settledAt);
  const state = openState(request, tests, shiftedAt, source.name);
  const goesOn = request.state !== undefined && continuesMark(state, { phase, share });
  if (!goesOn) state.marks.push(...marksOfShift({ shiftedAt, settledAt, share, phase }));
  // A continued watch counts the time that the earlier runner has already seen at this share.
  const shareSince = goesOn ? (state.marks.at(-1)?.at ?? settledAt) : settledAt;
  const objectives = sliObjectivesOf(request.objectives);
  const service = shortName(request.service);
  const reader = source.open({
    service,
    revisions: [request.candidate, ...(request.baseline ? [request.baseline] : [])],
    objectives,
    since: state.startedAt,
    cursor: state.source === source.name ? state.cursor : undefined,
    tagUrls: request.tagUrls,
  });
  if (state.before === undefined) {
    const before = await trafficBefore(ports, service, objectives, shiftedAt, signal);
    state.before = before?.perSecond;
    if (before?.answers) clientsOf(state).before = before.answers;
  }

  const counts = new StepCounts(ports, request, state, tests, reader);
  const progress = createProgress(ports, request, state, settledAt);
  const recorder = new Recorder(request, state, { source: source.name, probes: ports.probes !== undefined });
  const prober = ports.probes ? startProber(ports, ports.probes, request) : undefined;
  const pollMs = (request.pollSeconds ?? 10) * 1000;
  let most: string | undefined;
  const finish = (ending: Pick<Ending, 'decision' | 'obstacle' | 'blind'>) => {
    const { failures } = counts;
    const result = conclude(request, state, {
      ...ending,
      counts,
      most,
      failures,
      points: progress.points,
      recorded: recorder.recorded,
    });
    if (result.verdict !== 'pass') progress.showFailures(failures);
    progress.showRefused(counts.refused);
    return result;
  };
  // How far `now` is from the monotonic clock. It grows by as long as the machine sleeps.
  const apart = () => clock.now() - clock.steady();
  const awake = apart();
  try {
    for (let next = clock.now() + pollMs; ; next = Math.max(next + pollMs, clock.now())) {
      const lagMs = counts.isQueued ? Number.POSITIVE_INFINITY : (counts.reading?.lagMs ?? 0);
      const tail = Math.min(lagMs, longestTail * 1000);
      const end = settledAt + request.durationSeconds * 1000 + tail;
      // If the clock is set back, `next` may be an hour ahead. So no look waits longer than one poll.
      await clock.sleep(
        Math.max(0, Math.min(pollMs, next - clock.now(), end + Math.max(0, apart() - awake) - clock.now())),
        signal,
      );
      const cells = await counts.poll(signal);
      // From here to `advance` nothing waits, so a state that is saved in between has every probe that was taken.
      if (prober) cells.push(...prober.take(tests));
      const now = clock.now();
      const seconds = (now - state.startedAt) / 1000;
      counts.add(cells);
      const obstacle = counts.obstacle(settledAt);
      // If the machine slept, the step is not over: the requests of that time must be read first.
      const ended = now >= end + Math.max(0, apart() - awake) || counts.isOver;
      // An earlier step's proof still counts, but this share must have been seen at work as well.
      const atWork = counts.hasUsers || (prober?.sent ?? 0) > 0;
      const withheld = obstacle !== undefined || counts.reading === undefined || !atWork;
      const dwell = (now - shareSince) / 1000;
      const lag = (counts.reading?.lagMs ?? 0) / 1000;
      const { clients } = counts;
      const facts = { seconds, cells, dwell, lag, ended, withheld, clients };
      const own = judgeLook(request, state, facts);
      const decision = request.together?.(facts, state, own) ?? own;
      const blind = ended && (obstacle !== undefined || counts.isStale(now, pollMs));
      recorder.look(facts, obstacle, blind);
      const { recent } = counts.latencies;
      const latency = recent.candidate || recent.baseline ? recent : undefined;
      progress.look({ seconds, cells, decision, clients, latency, reading: counts.reading });
      most = clients?.most ?? most;
      const ending = { decision, obstacle, blind: false };
      if (ended) return finish({ ...ending, blind: blind && !endsStep(request, decision) });
      if (endsStep(request, decision)) return finish(ending);
    }
  } finally {
    prober?.stop();
  }
}
