import { shortName } from '../../domain/data/resource-name.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import type { Verdict } from '../../domain/findings/verdict.ts';
import { mapClaims } from '../../domain/login/doctor/cel.ts';
import { conjuncts } from '../../domain/login/doctor/condition.ts';
import { examine } from '../../domain/login/doctor/examine.ts';
import type { IdentityFacts } from '../../domain/login/doctor/facts.ts';
import type { LoginError } from '../../domain/login/failure/login-error.ts';
import { withCauseFrom } from '../../domain/login/failure/set-up-cause.ts';
import type { Log } from '../ports/log.ts';

export interface DoctorPorts {
  /** Reads the set-up. A missing permission is a fact in the result and not an error. */
  read(): Promise<IdentityFacts>;
  log: Log;
}

export interface Examination {
  findings: Finding[];
  facts: IdentityFacts;
  /** `fail` if a finding is critical or high, for example because a stranger could use the login. */
  verdict: Verdict;
}

const icons = { true: '✓', false: '✗', error: '✗', unknown: '?' } as const;
const severe = (finding: Finding) => finding.severity === 'critical' || finding.severity === 'high';

/** Reads the set-up and logs what is wrong with it, the worst first. */
export async function examineSetUp(ports: DoctorPorts): Promise<Examination> {
  const facts = await ports.read();
  const findings = examine(facts);
  logCondition(facts, ports.log);
  const unread = findings.filter(({ rule }) => rule === 'login-unread');
  for (const finding of findings) {
    if (finding.rule === 'login-unread') continue;
    ports.log.line(`  ${finding.severity.padEnd(8)} ${finding.title}`);
    if (finding.why && severe(finding)) ports.log.line(`           ${finding.why}`);
    if (!severe(finding)) continue;
    if (finding.fix) ports.log.line(`           ${finding.fix}`);
    for (const command of finding.commands ?? []) ports.log.line(`           ${command}`);
  }
  if (unread.length > 0)
    ports.log.detail(
      `The doctor could not read everything (${unread.length})`,
      unread.flatMap(({ title, commands = [] }) => [title, ...commands]),
    );
  const verdict: Verdict = findings.some(severe) ? 'fail' : facts.provider ? 'pass' : 'inconclusive';
  return { findings, facts, verdict };
}

/** Examines the set-up after a failed login. Returns the error with the cause that the examination shows. */
export async function examineRefusal(
  ports: DoctorPorts,
  error: LoginError,
): Promise<{ error: LoginError; findings: Finding[] }> {
  const { facts, findings } = await examineSetUp(ports);
  const better = withCauseFrom(facts, error);
  if (better !== error) {
    ports.log.line(better.diagnosis.why);
    ports.log.line(better.diagnosis.fix);
    for (const command of better.diagnosis.commands) ports.log.line(`  ${command}`);
  }
  return { error: better, findings };
}

/** Logs the condition part by part, with the values of this run. */
function logCondition({ provider, claims }: IdentityFacts, log: Log): void {
  if (!provider?.attributeCondition) return;
  log.line(`The condition of ${shortName(provider.name)}, part by part:`);
  for (const part of conjuncts(
    provider.attributeCondition,
    claims,
    mapClaims(provider.attributeMapping, claims),
  )) {
    const values = part.reads.map(
      ({ name, value }) => `${name} = ${value === undefined ? '(not in the token)' : `"${value}"`}`,
    );
    log.line(`  ${icons[part.truth]} ${part.text}   ${values.join(', ') || (part.error ?? '')}`);
  }
}
