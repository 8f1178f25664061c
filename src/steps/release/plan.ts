import { type PhaseResult, passed, type ReleaseRun, refused } from './run.ts';

/** Finds out, without sending anything, whether there is anything to release. `read` is how reading the state ended. */
export async function planRelease(run: ReleaseRun, read: PhaseResult): Promise<PhaseResult> {
  const { ports, request, journal, found } = run;
  const plan = await ports.stages.deploy({ plan: true }, ports.signal);
  run.plan = { unchanged: false, labels: plan.labels };
  journal.show({ deploy: plan.evidence });
  journal.find(plan.findings);
  if (plan.verdict === 'fail') return refused(plan.reason);
  const { functionRevision } = found;
  const failedBefore =
    functionRevision !== undefined && found.previous?.failed.includes(functionRevision) === true;
  if (plan.sameAsFunction && failedBefore && !request.retryFailed)
    return refused(
      `a release already built exactly this source and configuration, as ${functionRevision}, and it failed: change the code, or set retry_failed: true`,
    );
  const unchanged = plan.unchanged && !run.state.first;
  run.plan = { ...run.plan, unchanged };
  return unchanged ? passed(`${read.reason}; nothing has changed`) : read;
}
