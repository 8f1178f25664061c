import type { Finding } from '../findings/finding.ts';
import { logText } from '../text/safe-text.ts';

/** What was found, each with its repair, as lines of a log. */
export const findingLines = (findings: readonly Finding[]): string[] =>
  findings.flatMap(({ severity, title, fix, commands, rule }) => [
    logText(`${severity}: ${title} [${rule}]`),
    ...(fix ? [`  ${fix}`] : []),
    ...(commands ?? []).map((command) => `  ${command}`),
  ]);
