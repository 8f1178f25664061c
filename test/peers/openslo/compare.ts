import { parseOpenSlo } from '../../../src/domain/slo/openslo.ts';

/** `refused`: the SDK accepts the file, and a release does not support what it says, or its numbers mean nothing. */
export type Judgement = 'both accept' | 'both refuse' | 'refused' | 'wrongly accepted';

/** @param valid what the SDK says */
export function judge(text: string, valid: boolean): { judgement: Judgement; messages: string[] } {
  const read = parseOpenSlo(text, 'backstay.slo.yaml');
  const messages = 'problems' in read ? read.problems.map(({ message }) => message) : [];
  const accepted = messages.length === 0;
  if (valid) return { judgement: accepted ? 'both accept' : 'refused', messages };
  return { judgement: accepted ? 'wrongly accepted' : 'both refuse', messages };
}

/** Files that both must accept. */
export const mustBeRead: readonly string[] = [
  'the example',
  'counters',
  'counters as a list',
  'the example as a list',
  'example spec + alertPolicies: null',
  'example spec + alertPolicies: []',
  'example spec + alertPolicies: [{"alertPolicyRef":"a"}]',
  'example metadata.displayName = null',
  'example spec.timeWindow.0.duration = "1M"',
  'example spec.timeWindow.0.duration = "2Q"',
  'example spec.timeWindow.0.duration = "1Y"',
  'example metadata + annotations: {"example.com/a":"x"}',
];
