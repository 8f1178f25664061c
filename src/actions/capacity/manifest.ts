import type { Manifest } from '../../inputs/manifest.ts';
import { shared, sharedAnd } from '../../inputs/outputs.ts';

export const manifest: Manifest = {
  action: 'capacity',
  description:
    'Measures which CPU, memory, concurrency and number of instances are the cheapest that keep a latency objective.',
  icon: 'bar-chart-2',
  main: 'main.js',
  post: 'post.js',
  outputs: {
    verdict: sharedAnd(
      'verdict',
      '`pass` if a configuration keeps the objective, `fail` if none of those asked for does, `inconclusive` if a bound ended the search first.',
    ),
    outcome: sharedAnd('outcome', '`cancelled` if the run was cancelled, else empty.'),
    ...shared('reason', 'report'),
    proposal:
      'The inputs of the release that would change, one `input: value` in a line. Empty if nothing would.',
    cost_ratio:
      'What the configuration that was found costs as a part of the present one, such as `0.61`. Empty if the present one is none of those to choose from.',
    cpu: 'For the input of the release. Set only with `apply: true`.',
    memory: 'For the input of the release. Set only with `apply: true`.',
    max_instance_request_concurrency: 'For the input of the release. Set only with `apply: true`.',
    max_instance_count: 'For the input of the release. Set only with `apply: true`.',
    calls: 'Requests that were sent.',
    capacity_file: 'Path of the file that says what load the configuration takes (JSON). `drill` reads it.',
  },
};
