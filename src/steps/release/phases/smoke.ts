import { failed, type PhaseResult, passed, type ReleaseRun } from '../run.ts';

/** Tests the candidate on its own URL, with the service's URL as audience. */
export async function smoke(run: ReleaseRun): Promise<PhaseResult> {
  const { ports, candidate, live, journal } = run;
  const url = run.found.before === undefined ? live.url : live.candidateUrl;
  if (ports.stages.smoke === undefined)
    return { ...passed('not tested: there is no smoke suite'), verdict: 'inconclusive' };
  if (url === undefined || candidate === undefined) return failed('the candidate has no URL');
  const result = await ports.stages.smoke(
    { url, audience: live.url ?? url, revision: candidate, service: live.service },
    ports.signal,
  );
  journal.show({ smoke: result.evidence });
  journal.find(result.findings);
  if (result.verdict === 'fail') return { event: 'smoke_failed', reason: result.reason };
  if (result.verdict === 'inconclusive') return failed(result.reason);
  return passed(result.reason);
}
