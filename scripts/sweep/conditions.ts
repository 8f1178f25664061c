import { isOpen } from '../../src/domain/traffic/record.ts';
import type { Ran, ReleaseWorld } from '../../test/support/release-world.ts';
import type { CellResult } from './cells.ts';
import type { Meeting } from './meeting.ts';
import type { Subject } from './subject.ts';

/** Checks the conditions that must hold in every cell, and returns those that do not. */
export async function findViolations(
  world: ReleaseWorld,
  subject: Subject,
  main: Ran,
  before: string | undefined,
  meeting: Meeting,
  settledBy: CellResult['settledBy'],
): Promise<string[]> {
  const found: string[] = [];
  const service = await world.service(subject.name);
  const serving = await world.serving(subject.name);
  const record = await world.record(subject.name);
  const [only] = serving;
  if (service) {
    if (serving.length !== 1 || only?.percent !== 100) found.push(`traffic is ${JSON.stringify(serving)}`);
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
