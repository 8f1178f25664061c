import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import { noCounts } from '../../domain/evidence/counts.ts';
import { type Decision, decide } from '../../domain/evidence/decide.ts';
import { advance, type Cell } from '../../domain/evidence/state.ts';
import { FailureBook } from '../../domain/watch/failures.ts';
import { cellsOf, marksOfShift, namelessBad } from '../../domain/watch/marks.ts';
import { continuesMark, resumeWatch } from '../../domain/watch/resume.ts';
import { decideBy } from '../../domain/watch/rules.ts';
import { startWatch, testsOf, type WatchState } from '../../domain/watch/state.ts';
import { addTraffic, addUnread, trafficProblem } from '../../domain/watch/traffic.ts';
import type { SliObjective, SliReading } from '../ports/sli.ts';
import { startProber } from './probes.ts';
import { createProgress } from './progress.ts';
import { conclude, type Ending } from './result.ts';
import type { WatchPorts, WatchRequest, WatchResult } from './types.ts';

export type * from './types.ts';

/** The horizon may stand still this long, beyond the source's lag, before the watch calls itself blind. */
const blindAfterSeconds = 120;
/** Longest that the end of a step waits for what the source still holds back. */
const longestTail = 360;

/**
 * Watches one step of a release: looks every few seconds, books what is new, and ends as soon as the rule of
 * DESIGN section 6 decides, at the latest after `durationSeconds`. Hands back a verdict, never an exception, for
 * everything that it saw or could not see; throws only `cancelled` and wrong requests.
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
  // Another runner has seen this share for a while already.
  const shareSince = goesOn ? (state.marks.at(-1)?.at ?? settledAt) : settledAt;
  const objectives: SliObjective[] = request.objectives.map(({ id, kind, slowerThanMs }) => ({
    id,
    kind,
    slowerThanMs,
  }));
  const service = request.service.split('/').at(-1) ?? request.service;
  const reader = source.open({
    service,
    revisions: [request.candidate, ...(request.baseline ? [request.baseline] : [])],
    objectives,
    since: state.startedAt,
    cursor: state.source === source.name ? state.cursor : undefined,
    tagUrls: request.tagUrls,
  });
  if (state.before === undefined)
    state.before = await rateBefore(ports, service, objectives, shiftedAt, signal);

  const progress = createProgress(ports, request, state, settledAt);
  const prober = ports.probes ? startProber(ports, ports.probes, request) : undefined;
  const pollMs = (request.pollSeconds ?? 10) * 1000;
  const step = { candidate: 0, baseline: 0, all: 0 };
  const failures = new FailureBook();
  const unread = tests.map(() => ({ ...noCounts }));
  let reading: SliReading | undefined;
  let trouble = '';
  let decision: Decision | undefined;
  const conclusion = (ending: Ending) => {
    const result = conclude(request, state, ending);
    if (result.verdict !== 'pass') progress.failed(ending.failures);
    return result;
  };
  try {
    for (let next = clock.now() + pollMs; ; next = Math.max(next + pollMs, clock.now())) {
      const tail = Math.min(reading?.lagMs ?? 0, longestTail * 1000);
      const end = settledAt + request.durationSeconds * 1000 + tail;
      // A clock that is put back must not make one look wait for another hour.
      await clock.sleep(Math.max(0, Math.min(pollMs, next - clock.now(), end - clock.now())), signal);
      const cells: Cell[] = [];
      try {
        reading = await reader.poll(
          state.marks.map(({ at }) => at),
          signal,
        );
        trouble = '';
        for (const failure of reading.failures ?? [])
          if (failure.revision === request.candidate) failures.add(failure);
        state.nameless += namelessBad(reading.counts, state.marks);
        cells.push(...cellsOf(reading.counts, state.marks, tests, request));
        state.source = source.name;
        state.cursor = reading.cursor;
      } catch (error) {
        if (signal?.aborted) throw error;
        if (trouble === '') ports.log.warning(`The watch cannot see at the moment: ${messageOf(error)}`);
        trouble = messageOf(error);
      }
      // Taken and booked without a wait in between, so that a state that is saved meanwhile has lost nothing.
      if (prober) cells.push(...prober.take(tests));
      const now = clock.now();
      const seconds = (now - state.startedAt) / 1000;
      advance(state.plan, state.evidence, { seconds, phase, cells });
      addTraffic(step, cells, tests, request, reading?.sampled);
      addUnread(unread, cells, tests, reading?.sampled);
      const traffic = trafficProblem(step, request, {
        nameless: state.nameless,
        before: state.before,
        seconds: ((reading?.horizon ?? settledAt) - settledAt - (reading?.bucketMs ?? 0)) / 1000,
      });
      // What was proved before holds on, but this share must have been seen at work as well.
      const withheld =
        trouble !== '' || reading === undefined || traffic !== undefined || !seenAtWork(step, prober);
      const judged = decide(state.plan, state.evidence, {
        phase,
        dwell: (now - shareSince) / 1000,
        lag: (reading?.lagMs ?? 0) / 1000,
        ended: now >= end,
        withheld,
      });
      decision = decideBy(request.rule, state, { seconds, cells, ended: now >= end, withheld, judged });
      progress.look({ seconds, cells, decision, reading });
      const ending: Ending = {
        decision,
        reading,
        trouble: traffic ?? trouble,
        blind: false,
        progress,
        failures: failures.failures,
        unread,
      };
      if (decision.kind === 'fail') return conclusion(ending);
      if (decision.kind === 'pass' && request.until !== 'duration') return conclusion(ending);
      if (now >= end) {
        const unseen = trouble !== '' || reading === undefined || stale(reading, now, pollMs);
        return conclusion({ ...ending, blind: unseen || traffic !== undefined });
      }
    }
  } finally {
    prober?.stop();
  }
}

const seenAtWork = (step: { candidate: number }, prober: { sent: number } | undefined) =>
  step.candidate > 0 || (prober?.sent ?? 0) > 0;

const stale = (reading: SliReading, now: number, pollMs: number) =>
  now - reading.horizon > reading.lagMs + Math.max(blindAfterSeconds * 1000, 3 * pollMs);

function openState(
  request: WatchRequest,
  tests: ReturnType<typeof testsOf>,
  startedAt: number,
  source: string,
): WatchState {
  if (request.state) {
    const resumed = resumeWatch(request.state, tests);
    if (resumed === undefined)
      throw new ReleaseError('watch-state-invalid', {
        what: 'The saved state of the watch does not belong to these objectives.',
      });
    // Where one source stopped, another would begin anew: every request would count twice.
    if (resumed.source !== undefined && resumed.source !== source)
      throw new ReleaseError('watch-state-invalid', {
        what: `The saved state of the watch was counted by ${resumed.source}, not by ${source}.`,
      });
    return resumed;
  }
  const { durationSeconds, alpha = 0.001 } = request;
  const plan = {
    tests,
    alpha,
    splitSeconds: request.splitSeconds ?? durationSeconds,
    fullSeconds: request.fullSeconds ?? durationSeconds,
  };
  return startWatch(plan, startedAt);
}

/** Requests a second from ten to five minutes before the shift, which any source has seen; unknown where it cannot tell. */
async function rateBefore(
  ports: WatchPorts,
  service: string,
  objectives: SliObjective[],
  shiftedAt: number,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const seconds = 300;
  try {
    const totals = await ports.source.total(
      { service, objectives },
      shiftedAt - 2 * seconds * 1000,
      shiftedAt - seconds * 1000,
      signal,
    );
    const most = Math.max(...Object.values(totals).map((total) => total?.total ?? Number.NaN));
    return Number.isFinite(most) ? most / seconds : undefined;
  } catch (error) {
    if (signal?.aborted) throw error;
    ports.log.debug(`Traffic before the shift is unknown: ${messageOf(error)}`);
    return undefined;
  }
}
