import { capital } from '../../../domain/text/sentence.ts';
import type { Deployed } from '../../ports/target.ts';
import { type PhaseResult, passed, type ReleaseRun, refused } from '../run.ts';

/** What is deployed, as an earlier phase read it; `deployed` is undefined if nothing is. */
export interface Known {
  deployed: Deployed | undefined;
}

/** Tries what every later stage needs. Something necessary that is missing ends the release before it changes anything. */
export async function tryEverything(run: ReleaseRun): Promise<PhaseResult & { known?: Known | undefined }> {
  const { ports, request, journal } = run;
  if (ports.stages.preflight === undefined) return passed('not asked for');
  const { verdict, reason, findings, evidence, warnings, live } = await ports.stages.preflight(ports.signal);
  journal.find(findings);
  journal.show({ preflight: evidence });
  for (const warning of warnings) journal.warn(warning);
  const known = live;
  if (verdict === 'pass') return { ...passed(reason), known };
  // A dry run changes nothing, so it goes on as far as it can.
  if (verdict === 'fail' && request.dryRun && live !== undefined) {
    journal.warn(`A release would stop: ${reason}.`);
    return { ...passed(reason), verdict: 'inconclusive', known };
  }
  if (verdict === 'fail') return { ...refused(reason), known };
  ports.log.line(`  ${capital(reason)}. The release goes on, because preflight is warn.`);
  return { ...passed(reason), verdict: 'inconclusive', known };
}
