import { jsonText } from '../data/json.ts';
import { codeBlock } from '../text/safe-text.ts';
import type { Settled } from './result.ts';

/** Beliefs that one and the same evidence settles. */
export function grouped(settled: readonly Settled[]): Settled[][] {
  const groups = new Map<string, Settled[]>();
  for (const one of settled.filter(({ evidence }) => evidence.length > 0)) {
    const key = JSON.stringify(one.evidence);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
}

/** The calls behind a verdict, as a block that a reader unfolds. */
export function evidenceLines(group: readonly Settled[]): string[] {
  const text = (group[0]?.evidence ?? []).map(({ at, as, call, sent, status, answer }) => {
    const who = as === undefined ? '' : ` (as ${as})`;
    const parts = [
      sent === undefined || jsonText(sent) === '{}' ? undefined : `  sent ${jsonText(sent)}`,
      answer === undefined ? undefined : `  got ${jsonText(answer)}`,
    ];
    return [
      `${at.slice(11, 19)} ${call}${who} -> ${status}`,
      ...parts.filter((part) => part !== undefined),
    ].join('\n');
  });
  return [
    `<details><summary>${group.map(({ belief, verdict }) => `${belief}: ${verdict}`).join(', ')}</summary>`,
    '',
    codeBlock(text.join('\n'), 'text', 12_000, 1500),
    '',
    '</details>',
    '',
  ];
}
