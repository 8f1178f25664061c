import type { Rules } from '../rule.ts';

/** What is found when data is looked at as something that will be lost one day. */
export const drillRules = {
  'drill-unprotected': {
    title: 'What is deleted in a bucket is gone',
    severity: 'high',
    why: 'The bucket has neither soft delete nor versioning. One wrong command, or one program with a bug, loses the data for good.',
  },
  'drill-window-short': {
    title: 'Deleted data can be brought back for a shorter time than wanted',
    severity: 'medium',
    why: 'A loss that is noticed later than that cannot be repaired.',
  },
  'drill-versions-only': {
    title: 'A version that is deleted is gone',
    severity: 'low',
    why: 'Versioning keeps what was replaced, and the same rights delete those versions. Soft delete keeps them too, and nobody can cut its time short for what is already deleted.',
  },
  'drill-one-region': {
    title: 'A bucket lies in one region and has no copy in another',
    severity: 'medium',
    why: 'While that region is down, the data cannot be read. If it is lost, so is the data.',
  },
  'drill-copy-near': {
    title: 'The copy of a bucket lies where the bucket lies',
    severity: 'high',
    why: 'What takes the region away takes both.',
  },
  'drill-replication-slow': {
    title: 'A bucket is replicated more slowly than its data may be lost',
    severity: 'medium',
    why: 'The default replication promises its second place within twelve hours only. Turbo replication promises 15 minutes.',
  },
  'drill-bytes-differ': {
    title: 'A restored object has other bytes',
    severity: 'critical',
    why: 'The restore seemed to succeed. What it brought back is not what was written.',
  },
  'drill-not-restored': {
    title: 'A deleted object did not come back',
    severity: 'high',
    why: 'The protection that the bucket shows did not work when it was used.',
  },
  'drill-rpo': {
    title: 'More was lost than may be lost',
    severity: 'high',
    why: 'The recovery point objective says how much of the newest data may be missing after a restore. The measured value is above it.',
  },
  'drill-rto': {
    title: 'The restore took longer than it may take',
    severity: 'high',
    why: 'The recovery time objective says when the data has to be back. The measured value is above it.',
  },
  'drill-kept': {
    title: 'A bucket forbids deletion, so nothing was deleted in it',
    severity: 'info',
    why: 'A retention policy or a hold keeps every object. A drill could not remove its own objects either, so it wrote none.',
  },
  'drill-not-done': {
    title: 'A restore or a comparison could not be done',
    severity: 'medium',
    why: 'A permission is missing, or Google refused a step. What was not tried or read is not proved.',
  },
  'drill-changed': {
    title: 'Somebody else changed an object of the drill',
    severity: 'medium',
    why: 'The drill removes only what is exactly as it wrote it, so this object stays.',
  },
  'drill-left': {
    title: 'An object of a drill is left',
    severity: 'medium',
    why: 'Cloud Storage refused to delete it. The next drill tries again.',
  },
  'drill-region-missing': {
    title: 'The second region has no such service',
    severity: 'high',
    why: 'If the first region fails, there is nothing to fail over to, and a first release takes minutes in which everybody else does the same.',
  },
  'drill-region-down': {
    title: 'The second region serves nothing that is ready',
    severity: 'high',
    why: 'A failover would send every request to a service that cannot answer.',
  },
  'drill-region-differs': {
    title: 'The second region serves something else',
    severity: 'high',
    why: 'A failover would also be a change of code, settings, secrets or model, at the worst moment for one.',
  },
  'drill-region-open': {
    title: 'The second region is open',
    severity: 'critical',
    why: 'Each region has a policy of its own. A service that is private in one region only is not private.',
  },
  'drill-region-small': {
    title: 'The second region cannot take the load',
    severity: 'high',
    why: 'After a failover it would refuse requests (429), and the outage would go on in another place.',
  },
  'drill-failover-none': {
    title: 'The traffic did not move to the second region',
    severity: 'high',
    why: 'The first region was taken out of the load balancer, and the second did not answer in its place. An outage would be one for the users.',
  },
  'drill-failover-slow': {
    title: 'The failover took longer than it may take',
    severity: 'high',
    why: 'The recovery time objective says when users have to be served again. The measured value is above it.',
  },
  'drill-failover-back': {
    title: 'The first region did not come back',
    severity: 'medium',
    why: 'It stands in the load balancer as before, but no answer came from it. Every request may cross the world until it does.',
  },
  'drill-balancer-left': {
    title: 'A load balancer is not as it was before an exercise',
    severity: 'critical',
    why: 'A region is missing in it, so nothing takes over if the other one fails.',
  },
} as const satisfies Rules;
