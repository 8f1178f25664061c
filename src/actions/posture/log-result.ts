import type { Posture } from '../../domain/posture/judge.ts';
import type { Log } from '../../steps/ports/log.ts';

/** One line a row, then what to do about the serious holes. */
export function logResult(log: Log, { evidence, findings, reason }: Posture): void {
  const width = Math.max(...evidence.rows.map(({ title }) => title.length));
  for (const { title, state, saw } of evidence.rows)
    log.line(`${title.padEnd(width)}  ${state.padEnd(14)}  ${saw}`);
  for (const { severity, title, fix, commands = [] } of findings) {
    if (severity !== 'critical' && severity !== 'high') continue;
    log.line(`${severity}: ${title}`);
    if (fix) log.line(`  ${fix}`);
    for (const command of commands) log.line(`  ${command}`);
  }
  for (const { role, permissions, rows, on, command } of evidence.roles) {
    log.line(`${role ?? permissions.join(', ')} on the ${on} would show: ${rows.join(', ')}`);
    if (command) log.line(`  ${command}`);
  }
  for (const { direction, text } of evidence.changes ?? []) log.line(`${direction}: ${text}`);
  log.detail(
    `The calls behind the rows (${evidence.calls ?? 0} were made)`,
    evidence.rows.filter(({ call }) => call !== '').map(({ title, call }) => `${title}  [${call}]`),
  );
  log.line(reason);
}
