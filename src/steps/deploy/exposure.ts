import { textOf, valueAt } from '../../domain/data/json.ts';
import type { Attempt, DeployRun, ExposureSeen } from './ports.ts';

/** Copies the result of an exposure check into the result of the deploy. */
function recordExposure(run: DeployRun, seen: ExposureSeen): void {
  const { result } = run;
  result.exposure = seen.exposure;
  for (const line of seen.repaired) {
    result.repaired.push(line);
    run.act(line);
  }
  const known = new Set(result.findings.map((finding) => `${finding.rule} ${finding.title}`));
  for (const finding of seen.findings)
    if (!known.has(`${finding.rule} ${finding.title}`)) result.findings.push(finding);
}

/**
 * Checks before the upload who may call the function. A public function is closed (`close`, `internal`) or stops the
 * deploy (`fail`). `stop` means that the result is complete.
 */
export async function closeBefore(run: DeployRun): Promise<'go' | 'stop'> {
  const { ports, request, result } = run;
  if (ports.exposure === 'by-caller') return 'go';
  const closes = request.onExposed !== 'fail' && !request.dryRun;
  const seen = await ports.exposure(closes ? 'enforce' : 'verify', request.signal);
  recordExposure(run, seen);
  const note = seen.repaired.length > 0 ? `, after closing it: ${seen.repaired.join('; ')}` : '';
  result.plan.iam.push(`${seen.exposure} now${note}: ${seen.reason}`);
  if (seen.verdict === 'pass') return 'go';
  if (request.dryRun && request.onExposed !== 'fail' && seen.exposure === 'public') {
    result.plan.iam.push('the deploy would close it before the upload');
    return 'go';
  }
  result.verdict = seen.verdict;
  if (seen.exposure === 'public') result.outcome = 'exposed';
  result.reason = `${request.dryRun ? 'The plan stops here' : 'Nothing was uploaded'}: ${seen.reason}`;
  return 'stop';
}

/** Checks again after the build, and before any traffic moves. */
export async function confirmAfter(run: DeployRun): Promise<'go' | 'stop'> {
  const { ports, request, result } = run;
  if (ports.exposure === 'by-caller') return 'go';
  const seen = await ports.exposure(request.onExposed === 'fail' ? 'verify' : 'enforce', request.signal);
  recordExposure(run, seen);
  if (seen.verdict === 'pass') return 'go';
  result.verdict = seen.verdict;
  if (seen.exposure === 'public') result.outcome = 'exposed';
  const traffic = result.created
    ? 'The function is new, so its first revision already gets all traffic'
    : 'No traffic was moved';
  result.reason = `The revision ${result.revision} was built, but ${seen.exposure === 'public' ? 'the function is public' : 'the function could not be proved private'}. ${traffic}. ${seen.reason}`;
  return 'stop';
}

/**
 * With `on_exposed: internal` a new function starts behind internal ingress. Once it is proved private, its ingress is
 * set as the inputs ask, and the exposure is checked again: behind internal ingress no probe reaches IAM, so a grant
 * on a folder that could not be read shows only now. If that check fails, the function goes back behind internal
 * ingress at once.
 */
export async function openIngress(run: DeployRun, attempt: Attempt): Promise<'go' | 'stop'> {
  const { ports, request, result } = run;
  if (!result.created || request.onExposed !== 'internal') return 'go';
  const wanted = textOf(request.settings.get('serviceConfig.ingressSettings')) ?? 'ALLOW_ALL';
  if (wanted === 'ALLOW_INTERNAL_ONLY') return 'go';
  await setIngress(run, attempt, wanted, 'after the function was proved private');
  if (ports.exposure === 'by-caller') return 'go';
  const seen = await ports.exposure('verify', request.signal);
  recordExposure(run, seen);
  if (seen.verdict === 'pass') return 'go';
  await setIngress(run, attempt, 'ALLOW_INTERNAL_ONLY', `because it is ${seen.exposure} with ${wanted}`);
  result.verdict = seen.verdict;
  if (seen.exposure === 'public') result.outcome = 'exposed';
  result.reason = `The function was put behind internal ingress again: ${seen.reason}`;
  return 'stop';
}

async function setIngress(run: DeployRun, attempt: Attempt, wanted: string, why: string): Promise<void> {
  const { request, result } = run;
  const from = textOf(valueAt(result.deployed?.config ?? {}, 'serviceConfig.ingressSettings'));
  const after = await attempt.setIngress(wanted);
  run.act(`ingress of ${request.name} set from ${from ?? 'ALLOW_INTERNAL_ONLY'} to ${wanted}, ${why}`);
  result.deployed = after ?? result.deployed;
  result.revision = after?.revision ?? result.revision;
}
