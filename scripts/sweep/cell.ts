import { ReleaseError } from '../../src/domain/errors/errors.ts';
import { isOpen } from '../../src/domain/traffic/record.ts';
import type { FastTime } from '../../test/support/fast-time.ts';
import type { Ran, ReleaseWorld } from '../../test/support/release-world.ts';
import {
  type CallSeen,
  type Cell,
  type CellResult,
  callName,
  type FaultKind,
  isOwn,
  type Scenario,
} from './cells.ts';

/** A function that releases follow each other on, as they do in life. */
export interface Subject {
  name: string;
  /** Revisions whose smoke test passed. */
  proved: Set<string>;
  /** Serves now. */
  before: string | undefined;
}

const nextRun = { GITHUB_RUN_ID: '1002' };
/** Seconds that a release may take beyond its plan, and that settling may take. */
const slack = 300;
const settleBound = 300;
const signalBound = 7.5;

/** Meets the calls of one release, in the order in which they arrive. */
class Meeting {
  readonly calls: CallSeen[] = [];
  met: CallSeen | undefined;
  killed = false;
  signalledAt: number | undefined;
  #since = 0;
  readonly #call: number;
  readonly #scenario: Scenario;
  readonly #kind: FaultKind | undefined;
  readonly #time: FastTime;
  readonly abort = new AbortController();

  constructor({ call, scenario }: Cell, kind: FaultKind | undefined, time: FastTime) {
    this.#call = call;
    this.#scenario = scenario;
    this.#kind = kind;
    this.#time = time;
  }

  /** Takes the place of the sandbox's own book of faults. */
  next(api: string, method: string, path: string) {
    const seen = { api, method, path };
    if (!isOwn(this.#scenario, seen)) return undefined;
    this.calls.push(seen);
    const kind = this.#kind;
    if (!kind) return undefined;
    // A dead process sends nothing.
    if (this.killed) return { reset: 'before' as const };
    // Parallel reads may swap places: a fault for one sort of call takes the next one of that sort.
    if (!this.met && this.calls.length >= Math.max(1, this.#call) && (kind.only?.(seen) ?? true)) {
      this.met = seen;
      this.#since = this.#time.now();
      if (kind.signal) this.#signal(kind.signal);
      return kind.at;
    }
    const { after } = kind;
    const again = after && this.met && api === this.met.api && (kind.only?.(seen) ?? true);
    return again && this.#time.now() - this.#since < after.forMs ? after.fault : undefined;
  }

  #signal(signal: NonNullable<FaultKind['signal']>): void {
    this.signalledAt = this.#time.now();
    if (signal === 'SIGKILL') this.killed = true;
    this.abort.abort(new ReleaseError('cancelled', { what: `The run was cancelled (${signal}).` }));
  }
}

export async function openSubject(world: ReleaseWorld, name: string): Promise<Subject> {
  const ran = await world.release(name, world.good(), { inputs: { ...fast, smoke_suite: world.suite() } });
  if (ran.exitCode !== 0) throw new Error(`the first release of ${name} failed: ${ran.report.reason}`);
  const revision = String(ran.outputs.revision);
  return { name, proved: new Set([revision]), before: revision };
}

const fast = { step_duration: '2s', duration: '2s' };

/** One release with one fault, whatever settles it, and what does not hold afterwards. */
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
  const inputs = { ...fast, canary: '10%,50%', smoke_suite: world.suite(), ...inputsFor(cell.scenario) };
  const started = time.now();
  const before = subject.before;
  book.next = meeting.next.bind(meeting);
  let main: Ran;
  try {
    main = await world.release(subject.name, source, { inputs, signal: meeting.abort.signal });
  } finally {
    book.next = original;
  }
  const ended = time.now();
  const violations: string[] = [];
  noteProved(subject, main);
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

  const settledBy = await settleAfter(world, subject, cell, meeting, main, violations);
  violations.push(...(await broken(world, subject, main, before, meeting, settledBy)));
  const settledSeconds = (time.now() - ended) / 1000;
  if (settledSeconds > settleBound)
    violations.push(`settling took ${Math.round(settledSeconds)} s, at most ${settleBound}`);
  const [serving] = await world.shares(subject.name);
  subject.before = serving?.revision;
  return {
    ...cell,
    met: meeting.met && callName(meeting.met),
    outcome: meeting.killed ? 'killed' : (main.report.outcome ?? 'failed'),
    settledBy,
    violations,
    seconds: (ended - started) / 1000,
    settledSeconds,
    calls: meeting.calls,
  };
}

function sourceFor(world: ReleaseWorld, scenario: Scenario): string {
  if (scenario === 'smoke fails') return world.wrong();
  if (scenario === 'does not start') return world.good({ startFails: 'no such file' });
  return scenario === 'regresses' ? world.bad() : world.good();
}

/** The regressing candidate fails half of its requests: one smoke test of a pass is luck, so it is tried often enough. */
const inputsFor = (scenario: Scenario): Record<string, string> =>
  scenario === 'regresses'
    ? {
        smoke_suite: 'none',
        slo: '90%',
        // The cells before have spent the budget; the gate is not what this scenario is about.
        on_exhausted: 'warn',
        step_duration: '20s',
        duration: '20s',
        verify_duration: '6s',
        poll_interval: '2s',
        canary: '50%',
      }
    : {};

function noteProved(subject: Subject, ran: Ran): void {
  const facts = ran.report.evidence?.release as
    | { candidate?: string; stages?: { stage: string; verdict: string }[] }
    | undefined;
  const smoked = facts?.stages?.some(({ stage, verdict }) => stage === 'Smoke test' && verdict === 'pass');
  if (smoked && facts?.candidate) subject.proved.add(facts.candidate);
}

/** The post step where the runner lived; else, in turn, the janitor or the next release. */
async function settleAfter(
  world: ReleaseWorld,
  subject: Subject,
  cell: Cell,
  meeting: Meeting,
  main: Ran,
  violations: string[],
): Promise<CellResult['settledBy']> {
  if (!meeting.killed) {
    const post = await world.post(subject.name, '.', main, { inputs: fast });
    if (post.exitCode !== 0) violations.push(`the post step failed: ${post.report.reason}`);
    const did = (post.report.evidence?.settled as { did?: string } | undefined)?.did;
    if (main.report.outcome === 'held' && (await world.record(subject.name))?.phase === 'held') {
      // A held share waits for a person; the next release does not wait, and puts it back first.
      const shares = await world.shares(subject.name);
      if (shares.some(({ revision }) => revision !== subject.before && revision !== main.outputs.revision))
        violations.push(`held, but traffic is ${JSON.stringify(shares)}`);
      return nextRelease(world, subject, violations);
    }
    if (did === 'wait' || did === 'hold') return janitor(world, subject, violations);
    return did === undefined || did === 'nothing' ? 'itself' : 'post step';
  }
  return cell.call % 2 === 0 ? janitor(world, subject, violations) : nextRelease(world, subject, violations);
}

async function nextRelease(
  world: ReleaseWorld,
  subject: Subject,
  violations: string[],
): Promise<'next release'> {
  const next = await world.release(subject.name, world.good(), {
    inputs: { ...fast, smoke_suite: world.suite(), wait_for_other: '200s' },
    env: nextRun,
  });
  noteProved(subject, next);
  if (next.report.outcome !== 'promoted' || next.exitCode !== 0)
    violations.push(`the next release ended ${next.report.outcome}: ${next.report.reason}`);
  return 'next release';
}

async function janitor(world: ReleaseWorld, subject: Subject, violations: string[]): Promise<'janitor'> {
  const ran = await world.rollback(subject.name, 'settle', {
    inputs: { wait_for_other: '200s' },
    env: { ...nextRun, GITHUB_EVENT_NAME: 'schedule' },
  });
  if (ran.exitCode !== 0) violations.push(`the janitor did not settle it: ${ran.report.reason}`);
  return 'janitor';
}

/** What has to hold in every cell. */
async function broken(
  world: ReleaseWorld,
  subject: Subject,
  main: Ran,
  before: string | undefined,
  meeting: Meeting,
  settledBy: CellResult['settledBy'],
): Promise<string[]> {
  const found: string[] = [];
  const service = await world.service(subject.name);
  const shares = await world.shares(subject.name);
  const record = await world.record(subject.name);
  const [only] = shares;
  if (service) {
    if (shares.length !== 1 || only?.percent !== 100) found.push(`traffic is ${JSON.stringify(shares)}`);
    else if (before !== undefined && only.revision !== before && !subject.proved.has(only.revision))
      found.push(`${only.revision} serves and never passed its smoke test`);
    if (service.traffic.some((target) => target.tag?.startsWith('bs-'))) found.push('our tags are left');
    if (record && isOpen(record)) found.push(`the record is open (${record.phase})`);
  }
  const state = world.sandbox.world;
  const seen = (await (await fetch(`${world.sandbox.control}/reachability`)).json()) as {
    everReachable: boolean;
  };
  if (seen.everReachable) found.push('the function was public');
  if (state.problems.length > 0) found.push(`the sandbox had a problem: ${state.problems[0]?.slice(0, 200)}`);
  state.problems.length = 0;
  if (main.log.some((line) => /ya29\.|eyJ[\w-]{16,}\.[\w-]{8}/.test(line))) found.push('a token was printed');
  if (meeting.killed) return found;
  const promoted = main.report.outcome === 'promoted';
  if (promoted !== (main.exitCode === 0))
    found.push(`outcome ${main.report.outcome} with exit code ${main.exitCode}`);
  if (promoted && only?.revision !== main.outputs.revision)
    found.push(`promoted, but ${only?.revision} serves`);
  if (!promoted && settledBy !== 'next release' && before !== undefined && only?.revision !== before)
    found.push(`outcome ${main.report.outcome}, but ${only?.revision} serves instead of ${before}`);
  if (main.report.errors?.some((error) => error.code === 'internal'))
    found.push(`a bug: ${main.report.errors.find((error) => error.code === 'internal')?.what.slice(0, 300)}`);
  if (settledBy === 'next release' && !only) found.push('nothing serves after the next release');
  return found;
}
