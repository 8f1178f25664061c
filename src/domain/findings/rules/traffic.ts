import type { Rules } from '../rule.ts';

/** What a release or a rollback finds about revisions and their traffic. */
export const trafficRules = {
  'pin-did-not-hold': {
    title: 'A build took traffic although the traffic was pinned',
    severity: 'high',
    why: 'The platform or another tool set the traffic while the function was being updated.',
  },
  'foreign-revision': {
    title: 'Another tool deployed the function while a release was under way',
    severity: 'high',
    why: 'The release does not promote a revision that it has not tested.',
  },
  'serving-is-not-latest': {
    title: 'The traffic is pinned to a revision although a newer one exists',
    severity: 'medium',
    why: 'A rollback or a release left the traffic pinned, so deploys by other tools get no traffic.',
  },
  'region-left-out': {
    title: 'A region was left out of the release, because it could not be reached',
    severity: 'medium',
    why: 'It was named in skip_regions. It serves what it served before, until the next release reaches it.',
  },
  'canary-starves': {
    title: 'A canary step gets less than one instance of what the service may have',
    severity: 'medium',
    why: 'Cloud Run divides the maximum of a service among its revisions by their share of the traffic, and does not say how it rounds. A revision without room answers late or with 429, which looks like a fault of its code.',
  },
  'function-describes-another-revision': {
    title: 'Traffic is back, but the saved settings of the function are those of the newer build',
    severity: 'medium',
    why: 'A rollback moves traffic only. The next deploy starts from the saved settings.',
  },
  'setting-not-put-back': {
    title: 'A setting of the service is not as it was before the release',
    severity: 'high',
    why: 'Ingress, scaling and other settings of the service apply to every revision, so they also apply to the revision that serves again.',
  },
  'setting-stays-closed': {
    title: 'A setting stays closed although it was open before the release',
    severity: 'medium',
    why: 'Putting it back could let in anyone, and a release never opens a function.',
  },
  'answers-differently': {
    title: 'The revision that traffic went back to does not answer as it did before the release',
    severity: 'high',
    why: 'The same request was sent before and after. Something that traffic does not carry has changed.',
  },
  'rolled-back-revision-fails': {
    title: 'The revision that traffic went back to fails as well',
    severity: 'high',
    why: 'Then the new revision is not the only cause. Look at what both revisions depend on.',
  },
} as const satisfies Rules;
