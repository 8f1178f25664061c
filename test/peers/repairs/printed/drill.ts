import { addCommand } from '../../../../src/domain/drill/balancer.ts';
import { bucketFact } from '../../../../src/domain/drill/bucket.ts';
import { grantCommands } from '../../../../src/domain/drill/permissions.ts';
import { judgeProtection } from '../../../../src/domain/drill/protect.ts';
import { here, type Printed, printed } from './here.ts';

/** The commands of a drill: one bucket for each gap. The sandbox has all these buckets. */

const soft = { softDeletePolicy: { retentionDurationSeconds: '604800' } };
const day = 86_400;
const gaps = [
  [bucketFact({ name: 'drill-bare', location: 'EUR4' }), 7 * day],
  [bucketFact({ name: 'drill-short', location: 'EUR4', ...soft }), 30 * day],
  [bucketFact({ name: 'drill-short', location: 'EUR4', ...soft }), 400 * day],
  [bucketFact({ name: 'drill-versions', location: 'EUR4', versioning: { enabled: true } }), 7 * day],
  [bucketFact({ name: 'drill-slow', location: 'EUR4', ...soft }), 7 * day],
  [bucketFact({ name: 'drill-one', location: 'US-CENTRAL1', ...soft }), 7 * day],
] as const;

export const drillCommands = (): Printed[] => [
  ...gaps
    .flatMap(([bucket, window]) =>
      judgeProtection({ bucket, copy: undefined }, { rpo: 12 * 3600, rto: undefined, window }),
    )
    .flatMap(({ rule, commands }) => printed(`drill ${rule}`, commands)),
  ...judgeProtection(
    { bucket: gaps[4][0], copy: undefined },
    { rpo: 3600, rto: undefined, window: 7 * day },
  ).flatMap(({ rule, commands }) => printed(`drill ${rule}`, commands)),
  ...judgeProtection(
    {
      bucket: gaps[5][0],
      copy: bucketFact({ name: 'drill-one-copy', location: 'US-CENTRAL1', ...soft }),
    },
    { rpo: undefined, rto: undefined, window: 7 * day },
  ).flatMap(({ rule, commands }) => printed(`drill ${rule}`, commands)),
  ...printed(
    'drill drill-balancer-left',
    addCommand(here.project, 'drill-backend', {
      group: `https://www.googleapis.com/compute/v1/projects/${here.project}/regions/${here.region}/networkEndpointGroups/drill-neg`,
    }),
  ),
  ...printed('drill drill-not-done', grantCommands('drill-bare', `serviceAccount:${here.deployer}`)),
];
