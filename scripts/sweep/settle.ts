import type { AnyRan, Ran, ReleaseWorld } from '../../test/support/release-world.ts';
import type { Cell, CellResult } from './cells.ts';
import type { Meeting } from './meeting.ts';
import { fast, noteProved, type Subject } from './subject.ts';

/** The environment of a later run, which finds what this run left behind. */
const nextRun = { GITHUB_RUN_ID: '1002' };

/** Who settled it, and the job that ended last. */
interface Settled {
  settledBy: CellResult['settledBy'];
  last: AnyRan;
}

/** Runs what settles the release: its post step if the runner survived, else the janitor or the next release in turn. */
export async function settleAfter(
  world: ReleaseWorld,
  subject: Subject,
  cell: Cell,
  meeting: Meeting,
  main: Ran,
  violations: string[],
  model: Record<string, string> = {},
): Promise<Settled> {
  if (!meeting.killed) {
    const post = await world.post(subject.name, '.', main, { inputs: { ...fast, ...model } });
    if (post.exitCode !== 0) violations.push(`the post step failed: ${post.report.reason}`);
    const did = (post.report.evidence?.settled as { did?: string } | undefined)?.did;
    if (main.report.outcome === 'held' && (await world.record(subject.name))?.phase === 'held') {
      // A held split waits for a person. The next release does not wait: it first moves the traffic back.
      const serving = await world.serving(subject.name);
      if (serving.some(({ revision }) => revision !== subject.before && revision !== main.outputs.revision))
        violations.push(`held, but traffic is ${JSON.stringify(serving)}`);
      return nextRelease(world, subject, violations, model);
    }
    if (did === 'wait' || did === 'hold') return janitor(world, subject, violations, model);
    // A post step that found nothing to do leaves the word to the release.
    if (did === undefined) return { settledBy: 'itself', last: main };
    return { settledBy: did === 'nothing' ? 'itself' : 'post step', last: post };
  }
  const settle = cell.call % 2 === 0 ? janitor : nextRelease;
  return settle(world, subject, violations, model);
}

async function nextRelease(
  world: ReleaseWorld,
  subject: Subject,
  violations: string[],
  model: Record<string, string>,
): Promise<Settled> {
  const next = await world.release(subject.name, world.good(), {
    inputs: {
      ...fast,
      ...model,
      smoke_suite: world.suite(),
      wait_for_other: '200s',
      // The smoke test comes from outside.
      ingress_settings: 'ALLOW_ALL',
    },
    env: nextRun,
  });
  noteProved(subject, next);
  if (next.report.outcome !== 'promoted' || next.exitCode !== 0)
    violations.push(`the next release ended with ${next.report.outcome}: ${next.report.reason}`);
  return { settledBy: 'next release', last: next };
}

async function janitor(
  world: ReleaseWorld,
  subject: Subject,
  violations: string[],
  model: Record<string, string>,
): Promise<Settled> {
  const ran = await world.rollback(subject.name, 'settle', {
    inputs: { wait_for_other: '200s', ...model },
    env: { ...nextRun, GITHUB_EVENT_NAME: 'schedule' },
  });
  if (ran.report.outcome === 'held' && subject.before === undefined) {
    // A first release died, and no test has judged what serves. The janitor fails to say so, and the next release settles it.
    if (ran.exitCode === 0) violations.push(`the janitor called it settled: ${ran.report.reason}`);
    await nextRelease(world, subject, violations, model);
  } else if (ran.exitCode !== 0) violations.push(`the janitor did not settle it: ${ran.report.reason}`);
  return { settledBy: 'janitor', last: ran };
}
