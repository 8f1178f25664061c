import { group } from '../../domain/inputs/definition.ts';
import { custom } from '../../domain/inputs/kind.ts';
import { boolean, choice, duration } from '../../domain/inputs/kinds.ts';
import { ownTags } from '../../domain/product.ts';

const trafficTag = custom('a tag such as candidate', (value) => {
  if (!/^[a-z]([a-z0-9-]{0,44}[a-z0-9])?$/.test(value))
    throw new Error(
      'expected a tag such as candidate (lower-case letters, digits and hyphens, a letter first)',
    );
  if (ownTags.includes(value)) throw new Error('this tag belongs to the release. Take another name');
  return value;
});

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
  tag: {
    kind: trafficTag,
    sentence:
      'Traffic tag for the new revision. It gives the revision a URL of its own, at 0 % of the traffic too, and moves no traffic. A tag of that name moves here from any other revision.',
    example: 'candidate',
    otherwise: 'none',
    usedBy: { deploy: {} },
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
