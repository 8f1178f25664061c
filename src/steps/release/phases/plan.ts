import { type PhaseResult, passed, type ReleaseRun, refused } from '../run.ts';

/** Finds out, without changing anything, whether there is anything to release. `read` is the result of the read phase. */
export async function planRelease(run: ReleaseRun, read: PhaseResult): Promise<PhaseResult> {
  const { ports, request, journal, found } = run;
  const plan = await ports.stages.deploy({ plan: true }, ports.signal);
  const content = plan.content ?? 'source';
  run.plan = { unchanged: false, labels: plan.labels, content };
  journal.show({ deploy: plan.evidence });
  journal.find(plan.findings);
  if (plan.verdict === 'fail') return refused(plan.reason);
  const { describedRevision } = found;
  const failedBefore =
    describedRevision !== undefined && found.previous?.failed.includes(describedRevision) === true;
  if (plan.sameAsFunction && failedBefore && !request.retryFailed)
    return refused(
      `a release already ${content === 'image' ? 'deployed' : 'built'} exactly this ${content} and configuration, as ${describedRevision}, and it failed: change the ${content === 'image' ? 'image' : 'code'}, or set retry_failed: true`,
    );
  if (plan.unchanged && isUnproved(run)) return testAgain(run);
  const unchanged = plan.unchanged && !run.state.first;
  run.plan = { ...run.plan, unchanged };
  return unchanged ? passed(`${read.reason}; nothing has changed`) : read;
}

/** A first release put this revision live and could not prove it, for instance because its smoke test was refused. */
function isUnproved({ found: { before, previous } }: ReleaseRun): boolean {
  const first = previous !== undefined && previous.before_revision === undefined;
  return first && previous.stable === undefined && previous.candidate === before?.revision;
}

/** Continues that first release: there is nothing to go back to, and its revision is the candidate again. */
function testAgain(run: ReleaseRun): PhaseResult {
  const serving = run.found.before?.revision;
  run.found = { ...run.found, before: undefined };
  run.state = { ...run.state, first: true };
  return passed(`${serving} serves already, but no release has proved it yet`);
}
