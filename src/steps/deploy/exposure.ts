import { objectOf, textOf } from '../../domain/data/json.ts';
import { shortName } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { awaitOperation, operationFailure } from './operation.ts';
import type { DeployRun, ExposureSeen } from './types.ts';

function keep(run: DeployRun, seen: ExposureSeen): void {
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
 * Before the upload: who may call? A public function is closed first (`close`, `internal`) or the deploy stops
 * (`fail`). Says `stop` with the result filled in.
 */
export async function closeBefore(run: DeployRun): Promise<'go' | 'stop'> {
  const { ports, request, result } = run;
  if (ports.exposure === 'by-caller') return 'go';
  const closes = request.onExposed !== 'fail' && !request.dryRun;
  const seen = await ports.exposure(closes ? 'enforce' : 'verify', request.signal);
  keep(run, seen);
  const note = seen.repaired.length > 0 ? `, after closing it: ${seen.repaired.join('; ')}` : '';
  result.plan.iam.push(`${seen.exposure} now${note}: ${seen.reason}`);
  if (seen.verdict === 'pass') return 'go';
  if (request.dryRun && request.onExposed !== 'fail' && seen.exposure === 'public') {
    result.plan.iam.push('it would be closed before the upload');
    return 'go';
  }
  result.verdict = seen.verdict;
  if (seen.exposure === 'public') result.outcome = 'exposed';
  result.reason = `Nothing was ${request.dryRun ? 'planned further' : 'uploaded'}: ${seen.reason}`;
  return 'stop';
}

/** After the build and before any traffic moves. */
export async function confirmAfter(run: DeployRun): Promise<'go' | 'stop'> {
  const { ports, request, result } = run;
  if (ports.exposure === 'by-caller') return 'go';
  const seen = await ports.exposure(request.onExposed === 'fail' ? 'verify' : 'enforce', request.signal);
  keep(run, seen);
  if (seen.verdict === 'pass') return 'go';
  result.verdict = seen.verdict;
  if (seen.exposure === 'public') result.outcome = 'exposed';
  const traffic = result.created ? 'It is new, so its first revision serves' : 'No traffic was moved';
  result.reason = `The revision ${result.revision} was built, but ${seen.exposure === 'public' ? 'the function is public' : 'it could not be proved private'}. ${traffic}. ${seen.reason}`;
  return 'stop';
}

/**
 * `on_exposed: internal` makes a new function behind internal ingress; once it is proved private, it opens as asked. It is
 * proved again then, since behind internal ingress no request shows what IAM would say: what a folder grants, and could
 * not be read, shows only now. In that case it is put behind internal ingress again at once.
 */
export async function openIngress(run: DeployRun): Promise<'go' | 'stop'> {
  const { ports, request, result } = run;
  if (!result.created || request.onExposed !== 'internal') return 'go';
  const wanted = textOf(request.settings.get('serviceConfig.ingressSettings')) ?? 'ALLOW_ALL';
  if (wanted === 'ALLOW_INTERNAL_ONLY') return 'go';
  await setIngress(run, wanted, 'after the function was proved private');
  if (ports.exposure === 'by-caller') return 'go';
  const seen = await ports.exposure('verify', request.signal);
  keep(run, seen);
  if (seen.verdict === 'pass') return 'go';
  await setIngress(run, 'ALLOW_INTERNAL_ONLY', `since it is ${seen.exposure} with ${wanted}`);
  result.verdict = seen.verdict;
  if (seen.exposure === 'public') result.outcome = 'exposed';
  result.reason = `The function was put behind internal ingress again: ${seen.reason}`;
  return 'stop';
}

async function setIngress(run: DeployRun, wanted: string, why: string): Promise<void> {
  const { ports, request, result, name } = run;
  const begun = await ports.functions.update(
    name,
    { serviceConfig: { ingressSettings: wanted } },
    ['serviceConfig.ingressSettings'],
    request.signal,
  );
  if (begun === 'conflict')
    throw new ReleaseError('deploy-conflict', {
      what: `The ingress of ${request.name} was not set to ${wanted}: somebody else began a deploy at the same moment.`,
      fix: 'Run the job again.',
    });
  const ended = await awaitOperation(ports, begun, run.deadline, request.signal);
  if (ended.error) throw await operationFailure(ports, request, ended);
  const from = textOf(objectOf(result.function?.serviceConfig).ingressSettings) ?? 'ALLOW_INTERNAL_ONLY';
  run.act(`ingress of ${request.name} set from ${from} to ${wanted}, ${why}`);
  const after = await ports.functions.get(name, request.signal);
  result.function = after ?? result.function;
  result.revision = shortName(textOf(objectOf(after?.serviceConfig).revision)) ?? result.revision;
  result.functionUpdateTime = textOf(after?.updateTime) ?? result.functionUpdateTime;
}
