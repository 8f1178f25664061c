import type { FastTime } from '../../test/support/fast-time.ts';
import type { Ran, ReleaseWorld } from '../../test/support/release-world.ts';
import {
  type CallSeen,
  type Cell,
  type CellResult,
  callName,
  type FaultKind,
  type Scenario,
} from './cells.ts';
import { findViolations } from './conditions.ts';
import { Meeting } from './meeting.ts';
import { modelInputs, modelViolations } from './model.ts';
import { leaksIn, secretInputs } from './secrets.ts';
import { operate, settingInputs, settingsLost, settingsOf } from './settings.ts';
import { settleAfter } from './settle.ts';
import { fast, noteProved, type Subject } from './subject.ts';

/** The seconds that a release may take beyond its plan, that settling may take, and that a release may take after a signal. */
const slack = 300;
const settleBound = 300;
const signalBound = 7.5;

/** Runs one release with one fault and what settles it. Returns the conditions that do not hold afterwards. */
export async function runCell(
  world: ReleaseWorld,
  time: FastTime,
  subject: Subject,
  cell: Cell,
  kind: FaultKind | undefined,
): Promise<CellResult & { calls: CallSeen[] }> {
  const book = world.sandbox.world.faults;
  const original = book.next;
  const meeting = new Meeting(cell, kind, time);
  const source = sourceFor(world, cell.scenario);
  const model = modelInputs(world, subject.name, cell.config);
  const inputs = {
    ...fast,
    ...model,
    ...secretInputs,
    canary: '10%,50%',
    smoke_suite: world.suite(),
    ...settingInputs(cell),
    ...inputsFor(cell.scenario),
  };
  operate(world, subject.name, cell);
  const settings = settingsOf(world, subject.name);
  const started = time.now();
  const before = subject.before;
  book.next = meeting.next.bind(meeting);
  let main: Ran;
  try {
    main = await world.release(subject.name, source, {
      inputs,
      signal: meeting.abort.signal,
      transcript: true,
    });
  } finally {
    book.next = original;
  }
  const ended = time.now();
  const violations: string[] = [];
  noteProved(subject, main);
  violations.push(...leaksIn(main.written ?? '', world.driver));
  const bound = 30 + 120 + slack;
  if ((ended - started) / 1000 > bound)
    violations.push(`took ${Math.round((ended - started) / 1000)} s, at most ${bound}`);
  if (
    meeting.signalledAt !== undefined &&
    !meeting.killed &&
    (ended - meeting.signalledAt) / 1000 > signalBound
  )
    violations.push(
      `took ${((ended - meeting.signalledAt) / 1000).toFixed(1)} s after the signal, at most ${signalBound}`,
    );

  const { settledBy, last } = await settleAfter(world, subject, cell, meeting, main, violations, model);
  if (model.model !== undefined)
    violations.push(...(await modelViolations(world, subject.name, { main, last })));
  violations.push(...(await findViolations(world, subject, main, before, meeting, settledBy)));
  const isBack = (await world.serving(subject.name))[0]?.revision === before;
  if (
    settings &&
    before !== undefined &&
    isBack &&
    settledBy !== 'next release' &&
    !lostRecord(world, meeting)
  )
    violations.push(...settingsLost(settings, settingsOf(world, subject.name)));
  const settledSeconds = (time.now() - ended) / 1000;
  if (settledSeconds > settleBound)
    violations.push(`settling took ${Math.round(settledSeconds)} s, at most ${settleBound}`);
  const [serving] = await world.serving(subject.name);
  subject.before = serving?.revision;
  return {
    ...cell,
    met: meeting.met && callName(meeting.met),
    outcome: meeting.killed ? 'killed' : (main.report.outcome ?? 'failed'),
    redacted: main.written?.replace(/^::add-mask::.*$/gm, '').includes('***') ?? false,
    settledBy,
    violations,
    seconds: (ended - started) / 1000,
    settledSeconds,
    calls: meeting.calls,
  };
}

/** If the platform dropped the record of a killed release, only the tag `bs-b` is left: it names no settings. */
const lostRecord = (world: ReleaseWorld, meeting: Meeting): boolean =>
  meeting.killed && world.driver === 'function' && !world.sandbox.world.quirks.functionPatchKeepsAnnotations;

function sourceFor(world: ReleaseWorld, scenario: Scenario): string {
  if (scenario === 'smoke fails') return world.wrong();
  if (scenario === 'does not start') return world.good({ startFails: 'no such file' });
  if (scenario !== 'regresses') return world.good();
  // Few users call it. At one failure in two, chance could let it pass as undecided.
  const share = { bad: 0.8, good: 0.2 };
  return world.source([
    { status: 200, body: { text: 'ok' }, latencyMs: 0, share: share.good },
    { status: 500, share: share.bad },
  ]);
}

/** The regressing candidate answers some of its requests, so a smoke test would decide by chance. The watch decides instead. */
const inputsFor = (scenario: Scenario): Record<string, string> =>
  scenario === 'regresses'
    ? {
        smoke_suite: 'none',
        slo: '90%',
        // Earlier cells have spent the budget. The gate must not block this scenario.
        on_exhausted: 'warn',
        // The load keeps real time, so it is a tenth of 20 requests a second here: 2 a second. The watch needs about 40 at each share.
        step_duration: '40s',
        duration: '40s',
        verify_duration: '6s',
        poll_interval: '2s',
        canary: '50%',
      }
    : {};
