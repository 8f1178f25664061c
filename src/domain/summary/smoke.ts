import { markdownText } from '../safe-text.ts';
import type { SmokeEvidence } from '../smoke/result.ts';

/** The smoke test's part of a job summary. */
export function smokeSummary(evidence: SmokeEvidence): string[] {
  return [
    `### Smoke test`,
    ...evidence.results.map((result) => `- ${result.status} ${markdownText(result.name)}`),
  ];
}
