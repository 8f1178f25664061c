import { type GatewayEvidence, securityWords } from '../../gateway/evidence.ts';
import { codeSpan, markdownText } from '../../text/safe-text.ts';
import { collapsed } from '../collapsed.ts';

const icons = { 'as wanted': '✅', wrong: '❌', unclear: '⚠️' } as const;

/** What changes for callers, as a table. */
export function gatewayChanges({ changes, before }: GatewayEvidence): string[] {
  if (changes.length === 0) return [];
  const rows = changes
    .slice(0, 50)
    .map(
      ({ route, change, what, before: from, after, weaker }) =>
        `| ${weaker ? '⚠️ ' : ''}${codeSpan(route)} | ${change}${what ? `: ${what}` : ''} | ${markdownText(from, 200)} | ${markdownText(after, 200)} |`,
    );
  return [
    `**What changes for callers**, against ${codeSpan(before ?? 'nothing')}:`,
    '',
    '| route | change | before | after |',
    '|:--|:--|:--|:--|',
    ...rows,
    '',
  ];
}

/** The calls from outside and the routes, to unfold. */
export function gatewayProof({ probes, routes }: GatewayEvidence): string[] {
  const calls = probes.map(
    ({ what, status, is }) => `| ${icons[is]} | ${markdownText(what, 200)} | ${status || 'no answer'} |`,
  );
  const rows = routes.map(
    ({ route, security, backend, quota }) =>
      `| ${codeSpan(route)} | ${markdownText(securityWords(security), 200)} | ${markdownText(backend, 200)} | ${markdownText(quota || 'none', 200)} |`,
  );
  return [
    ...(calls.length > 0
      ? collapsed(`Calls from outside (${calls.length})`, [
          '| | call | answer |',
          '|:--|:--|:--|',
          ...calls,
          '',
        ])
      : []),
    ...collapsed(`Routes (${rows.length})`, [
      '| route | caller | backend | quota |',
      '|:--|:--|:--|:--|',
      ...rows.slice(0, 200),
      '',
    ]),
  ];
}
