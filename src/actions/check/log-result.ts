import { checkPage } from '../../domain/findings/catalog.ts';
import type { CheckOutcome } from '../../steps/check/check.ts';
import type { Log } from '../../steps/ports/log.ts';

/** Logs the findings that count, each with its place and repair, and in collapsed groups the rest. */
export function logResult(log: Log, { findings, evidence }: CheckOutcome): void {
  const pairs = evidence.found.map((one, index) => ({ one, finding: findings[index] }));
  for (const { one, finding } of pairs.filter((pair) => pair.one.counts).slice(0, 50)) {
    log.line(`${one.severity}: ${one.file}:${one.line}:${one.column}: ${finding?.title ?? ''} [${one.rule}]`);
    if (finding?.fix) log.line(`  ${finding.fix}`);
    for (const command of finding?.commands ?? []) log.line(`  ${command}`);
    log.line(`  ${checkPage(one.rule)}`);
  }
  const rest = pairs.filter((pair) => !pair.one.counts);
  const list = (title: string, lines: string[]) =>
    lines.length > 0 && log.detail(`${title} (${lines.length})`, lines);
  list(
    'Findings that do not fail the check',
    rest.map(
      ({ one, finding }) => `${one.severity}: ${one.file}:${one.line}: ${finding?.title ?? ''} [${one.rule}]`,
    ),
  );
  list(
    'What the files cannot decide',
    evidence.unknown.map(({ file, line, what, rule }) => `${file}:${line}: ${what} [${rule}]`),
  );
  list(
    'Accepted with a reason',
    evidence.silenced.map(({ file, line, rule, reason }) => `${file}:${line}: ${rule}: ${reason}`),
  );
}
