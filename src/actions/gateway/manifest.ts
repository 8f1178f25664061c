import type { Manifest } from '../../inputs/manifest.ts';
import { shared, sharedAnd } from '../../inputs/outputs.ts';

export const manifest: Manifest = {
  action: 'gateway',
  description:
    'Releases the OpenAPI document of an API gateway: lints it, moves the gateway, proves it from outside, and goes back if the proof fails.',
  icon: 'log-in',
  main: 'main.js',
  post: 'post.js',
  outputs: {
    verdict: sharedAnd(
      'verdict',
      '`pass` if the gateway is closed to strangers and, unless `mode` is `plan`, proved.',
    ),
    outcome: sharedAnd(
      'outcome',
      '`promoted`, `rolled_back`, `rejected` (a new gateway that was not proved), `blocked` (refused before the switch) or `held` (could not go back). Empty if nothing changed.',
    ),
    ...shared('reason', 'report'),
    config: 'Short name of the configuration that the content of the document has.',
    host: 'Host name of the gateway.',
    route_changes: 'How many routes and quotas differ from what the gateway served before.',
  },
};
