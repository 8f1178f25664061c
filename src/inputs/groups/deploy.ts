import { group } from '../../domain/inputs/definition.ts';
import { boolean, choice, duration } from '../../domain/inputs/kinds.ts';

export const deploy = group('How it is deployed', {
  no_traffic: {
    kind: boolean,
    sentence: 'Leave the new revision at 0 % and the traffic as it is.',
    example: 'true',
    default: 'false',
    usedBy: {
      deploy: {
        sentence:
          'Leave the new revision at 0 % and the traffic as it is. Otherwise all traffic goes to the new revision once it is proved private.',
      },
    },
  },
  all_traffic_on_latest_revision: {
    kind: boolean,
    sentence: '`false` leaves the traffic exactly as the Cloud Run service splits it, LATEST included.',
    example: 'false',
    otherwise: '`true`',
    usedBy: { deploy: {} },
  },
  on_exposed: {
    kind: choice(['close', 'fail', 'internal']),
    sentence:
      'What to do if anyone can call the function: `close` removes what opens it before the upload, `fail` stops before the upload and changes nothing, `internal` does the same as `close` and creates a new function behind internal ingress, which it opens once the function is proved private.',
    example: 'fail',
    default: 'close',
    usedBy: { deploy: {} },
  },
  on_conflict: {
    kind: choice(['stop', 'rebase']),
    sentence:
      'What to do if another deploy changed the function while this one waited: `stop`, or `rebase` to plan again from the new state and go on.',
    example: 'rebase',
    default: 'stop',
    usedBy: { release: {}, deploy: {} },
  },
  deploy_timeout: {
    kind: duration('1s', '6h'),
    sentence:
      'Time limit for the build and every wait. The build continues after that; run the job again to join it.',
    example: '30m',
    default: '20m',
    usedBy: { release: {}, deploy: {} },
  },
});
