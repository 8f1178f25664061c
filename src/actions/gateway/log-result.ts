import { securityWords } from '../../domain/gateway/evidence.ts';
import type { GatewayResult } from '../../steps/gateway/result.ts';
import type { Log } from '../../steps/ports/log.ts';

/** Logs the findings, each with its place and repair, and in collapsed groups the routes, their changes and the proof. */
export function logResult(log: Log, { findings, evidence }: GatewayResult): void {
  for (const { severity, title, fix, file, line, rule } of findings.slice(0, 50)) {
    const place = file === undefined ? '' : `${file}:${line ?? 1}: `;
    log.line(`${severity}: ${place}${title} [${rule}]`);
    if (fix) log.line(`  ${fix}`);
  }
  const list = (title: string, lines: string[]) =>
    lines.length > 0 && log.detail(`${title} (${lines.length})`, lines);
  list(
    'Routes',
    evidence.routes.map(
      ({ route, security, backend, quota }) =>
        `${route}: ${securityWords(security)}, ${backend || 'no backend'}, quota ${quota || 'none'}`,
    ),
  );
  list(
    'Changes',
    evidence.changes.map(({ route, change, what, before, after }) =>
      change === 'changed' ? `${route}: ${what} ${before} -> ${after}` : `${route}: ${change} ${after}`,
    ),
  );
  list(
    'Calls from outside',
    evidence.probes.map(({ what, status, is }) => `${what}: ${status || 'no answer'}, ${is}`),
  );
}
