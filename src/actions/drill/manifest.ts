import type { Manifest } from '../../inputs/manifest.ts';
import { shared, sharedAnd } from '../../inputs/outputs.ts';

export const manifest: Manifest = {
  action: 'drill',
  description:
    'Proves that data can be brought back: looks at the protection of buckets, and restores objects that it wrote and deleted, with measured RPO and RTO.',
  icon: 'life-buoy',
  main: 'main.js',
  post: 'post.js',
  outputs: {
    verdict: sharedAnd(
      'verdict',
      '`fail` if data can be lost for good, if a restore brought back other bytes or none, or if it missed `rpo` or `rto`.',
    ),
    outcome: sharedAnd('outcome', 'Always empty.'),
    ...shared('reason', 'report'),
    rpo_seconds: 'Seconds of the newest writes that the worst restore lost. Empty if none was measured.',
    rto_seconds: 'Seconds that the slowest restore took. Empty if none was measured.',
    failover_seconds:
      'Seconds until the second region alone answered in an exercise. Empty if none was measured.',
    bad_answers: 'How many requests of an exercise got no good answer. Empty without an exercise.',
    left: 'How many objects of drills are still there.',
  },
};
