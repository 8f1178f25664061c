import type { GuardResult } from '../../steps/guard/guard.ts';
import type { Log } from '../../steps/ports/log.ts';

/** Logs what the guard found: the way in, the worst findings, and in collapsed groups everything that it looked at. */
export function logResult(log: Log, result: GuardResult): void {
  if (result.attackPath?.length) {
    log.line('The shortest way in:');
    for (const [index, { text, call }] of result.attackPath.entries())
      log.line(`  ${index + 1}. ${text}  [${call}]`);
  }
  for (const { severity, title, fix, commands = [] } of result.findings) {
    if (severity !== 'critical' && severity !== 'high') continue;
    log.line(`${severity}: ${title}`);
    if (fix) log.line(`  ${fix}`);
    for (const command of commands) log.line(`  ${command}`);
  }
  log.detail(
    `What was read (${result.evidence.reads.length} calls)`,
    result.evidence.reads.map(({ what, result: found, call }) => `${what}: ${found}  [${call}]`),
  );
  log.detail(
    `Anonymous requests (${result.probes.length})`,
    result.probes.map(
      ({ method, url, status, note }) => `${method} ${url}: ${status || 'no answer'}, ${note}`,
    ),
  );
  const { role } = result.evidence;
  if (role)
    log.detail('A role with the permissions that this identity lacks', [
      ...role.commands,
      '',
      ...role.yaml.split('\n'),
    ]);
}
