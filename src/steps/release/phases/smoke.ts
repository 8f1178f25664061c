import { failed, type PhaseResult, passed, type ReleaseRun } from '../run.ts';

/** What serves while the candidate is tested. The live URL belongs to one revision only if that has all traffic. */
function championOf({ found: { before }, live }: ReleaseRun): { url: string; revision: string } | string {
  if (before === undefined || live.url === undefined) return 'no revision serves yet';
  const serving = new Set(
    before.traffic.filter(({ percent }) => (percent ?? 0) > 0).map(({ revision }) => revision),
  );
  if (serving.size > 1) return 'several revisions serve';
  return { url: live.url, revision: before.revision };
}

/** Tests the candidate on its own URL, with the service's URL as audience. */
export async function smoke(run: ReleaseRun): Promise<PhaseResult> {
  const { ports, candidate, live, journal } = run;
  const url = run.found.before === undefined ? live.url : live.candidateUrl;
  if (ports.stages.smoke === undefined)
    return { ...passed('not tested: there is no smoke suite'), verdict: 'inconclusive' };
  if (url === undefined || candidate === undefined) return failed('the candidate has no URL');
  const result = await ports.stages.smoke(
    {
      ...{ url, audience: live.url ?? url, revision: candidate, service: live.service },
      champion: championOf(run),
    },
    ports.signal,
  );
  journal.show({ smoke: result.evidence });
  journal.find(result.findings);
  if (result.verdict === 'fail') return { event: 'smoke_failed', reason: result.reason };
  if (result.verdict === 'inconclusive') return failed(result.reason);
  return passed(result.reason);
}
