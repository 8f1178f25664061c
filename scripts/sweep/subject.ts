import type { Ran, ReleaseWorld } from '../../test/support/release-world.ts';

/** A function with its history: the cells of a scenario release it one after another, as users do. */
export interface Subject {
  name: string;
  /** The revisions that passed their smoke test. */
  proved: Set<string>;
  /** The revision that serves now. */
  before: string | undefined;
}

/** Inputs that keep the steps of a release short. */
export const fast = { step_duration: '2s', duration: '2s' };

/** Creates the scenario's function with a first release. */
export async function openSubject(
  world: ReleaseWorld,
  name: string,
  inputs: Record<string, string> = {},
): Promise<Subject> {
  const ran = await world.release(name, world.good(), {
    inputs: { ...fast, smoke_suite: world.suite(), ...inputs },
  });
  if (ran.exitCode !== 0) throw new Error(`the first release of ${name} failed: ${ran.report.reason}`);
  const revision = String(ran.outputs.revision);
  return { name, proved: new Set([revision]), before: revision };
}

/** Adds the release's candidate to the proved revisions if it passed its smoke test. */
export function noteProved(subject: Subject, ran: Ran): void {
  const facts = ran.report.evidence?.release as
    | { candidate?: string; stages?: { stage: string; verdict: string }[] }
    | undefined;
  const smoked = facts?.stages?.some(({ stage, verdict }) => stage === 'Smoke test' && verdict === 'pass');
  if (smoked && facts?.candidate) subject.proved.add(facts.candidate);
}
