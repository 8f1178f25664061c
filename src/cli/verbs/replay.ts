import { slug } from '../../domain/product.ts';
import { runTwin } from '../twin.ts';
import { verb } from '../verb.ts';

export const replay = verb({
  about: [
    'Judges a recorded watch again, offline and without credentials. FILE is a recording, or the report of an earlier run.',
    'Other objectives and rules show what would have been decided with them.',
  ],
  operands: [{ name: 'FILE', sentence: 'A recording or a report (JSON).', required: true }],
  action: 'watch',
  // `replay` refuses every other input of a watch, because it would have no effect.
  only: [
    ...['slo', 'policy', 'threshold_rate', 'threshold_window', 'threshold_failures'],
    ...['on_too_few_requests', 'on_blind', 'on_platform', 'on_client_errors'],
  ],
  inputsOf: ([file = '']) => ({ replay: file }),
  flags: {},
  examples: [`${slug} replay release-report.json`, `${slug} replay recording.json --slo 99.9%`],
  run: async (call) => {
    const { watch } = await import('../../actions/watch/watch.ts');
    return (await runTwin(call, 'watch', watch)).ended;
  },
});
