import { type JsonObject, objectOf, textOrEmpty } from '../../../data/json.ts';
import { bucketFact, windowSeconds } from '../../../drill/bucket.ts';
import { removeBinding } from '../../../exposure/commands.ts';
import type { ExposureFacts, Unread } from '../../../exposure/facts.ts';
import { classify, inWords, isPublic } from '../../../exposure/policy/members.ts';
import { liveBindings } from '../../../exposure/policy/policy.ts';
import { updateBucket } from '../../commands.ts';
import type { BucketFact, PostureFacts } from '../../facts.ts';
import {
  type Hole,
  type Judged,
  notApplicable,
  type Protection,
  unlessUnread,
  unread,
  withHoles,
} from '../../row.ts';

const hasRetention = (bucket: JsonObject): boolean =>
  Number(objectOf(bucket.retentionPolicy).retentionPeriod ?? 0) > 0;

/** Can an object that was overwritten or deleted by mistake come back? */
const comesBack = (bucket: JsonObject): boolean =>
  objectOf(bucket.versioning).enabled === true ||
  Number(objectOf(bucket.softDeletePolicy).retentionDurationSeconds ?? 0) > 0 ||
  hasRetention(bucket);

function holesOf({ name, reading, policy }: BucketFact, target: ExposureFacts['target']): Hole[] {
  const holes: Hole[] = [];
  if (policy?.ok)
    for (const { role, members, condition } of liveBindings(policy.value))
      for (const member of members.map(classify).filter(({ reach }) => isPublic(reach)))
        holes.push({
          about: ['public', name, role, member.text],
          text: `${inWords(member)} holds ${role} on the bucket ${name}.`,
          severity: 'critical',
          fix: 'Remove the binding:',
          commands: [removeBinding('source', name, role, member.text, target, condition !== undefined)],
          call: policy.call,
        });
  if (!reading.ok) return holes;
  const { value, call } = reading;
  const access = objectOf(value.iamConfiguration);
  if (comesBack(value) && !hasRetention(value) && windowSeconds(bucketFact(value)) === 0)
    holes.push({
      about: ['lifecycle', name],
      text: `${name} keeps versions, and a rule of its lifecycle may delete one as soon as it is replaced.`,
      severity: 'medium',
      fix: 'Let the rule wait by daysSinceNoncurrentTime, or switch soft delete on:',
      commands: [updateBucket(name, '--soft-delete-duration=7d')],
      call,
    });
  if (!comesBack(value))
    holes.push({
      about: ['lost', name],
      text: `An object of ${name} that is overwritten or deleted by mistake is gone for good.`,
      severity: 'medium',
      fix: 'Keep old versions. A lifecycle rule bounds their cost:',
      commands: [updateBucket(name, '--versioning')],
      call,
    });
  if (access.publicAccessPrevention !== 'enforced')
    holes.push({
      about: ['prevention', name],
      text: `Nothing forbids that ${name} becomes public.`,
      severity: 'low',
      fix: 'Forbid it:',
      commands: [updateBucket(name, '--public-access-prevention')],
      call,
    });
  if (objectOf(access.uniformBucketLevelAccess).enabled !== true)
    holes.push({
      about: ['acl', name],
      text: `Objects of ${name} may have access lists of their own, which no policy of the bucket shows.`,
      severity: 'low',
      fix: 'Let the policy of the bucket decide alone:',
      commands: [updateBucket(name, '--uniform-bucket-level-access')],
      call,
    });
  return holes;
}

function judge({ buckets, service, exposure }: PostureFacts): Judged {
  const [first] = buckets;
  // The service may name buckets that nobody can see.
  if (first === undefined && service && !service.ok) return unread('The service was', service);
  if (first === undefined)
    return notApplicable(
      'The service names no bucket. Name those of input, output and model in the input buckets.',
    );
  const failed = buckets.flatMap(({ reading, policy }): Unread[] =>
    [reading, policy].flatMap((one) => (one === undefined || one.ok ? [] : [one])),
  );
  const holes = buckets.flatMap((bucket) => holesOf(bucket, exposure.target));
  const regional = buckets.filter(
    ({ reading }) => reading.ok && textOrEmpty(reading.value.locationType) === 'region',
  ).length;
  const saw = `${buckets.map(({ name }) => name).join(', ')}${regional > 0 ? ` (${regional} in one region alone)` : ''}.`;
  return unlessUnread(withHoles(saw, first.reading.call, holes), 'A bucket was', failed);
}

export const bucketBackups: Protection = {
  id: 'posture-buckets',
  title: 'Buckets that come back and stay closed',
  judge,
};
