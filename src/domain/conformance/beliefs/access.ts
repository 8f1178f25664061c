import type { Beliefs } from '../belief.ts';

/** What throw-away accounts with few grants may do, and what reads of IAM show. */
export const accessBeliefs = {
  trafficPatchNeedsActAs: {
    quirk: false,
    belief:
      'A PATCH of the service that changes only `traffic` or `annotations` needs `run.services.update`, but not `iam.serviceAccounts.actAs` on the runtime service account.',
    source:
      'The page on roles demands actAs "to deploy". It does not say whether a traffic change counts as a deploy. A v1 replace for a rollout was refused for actAs (cloud-run-release-manager#81).',
    otherwise: 'An identity without actAs cannot roll back. The rehearsal before the build finds this out.',
    verify: 'With an account that has only run.developer, PATCH `updateMask=traffic&validateOnly=true`.',
    settled: { by: 'access' },
  },
  invokerCheckNeedsSetPolicy: {
    belief:
      'Changing `invokerIamDisabled` needs `run.services.setIamPolicy` in addition to `run.services.update`.',
    source: 'Page on disabling the check.',
    otherwise: "Everyone who may deploy can make the function public. The guard's ways in are then too few.",
    verify: 'PATCH it with roles/run.developer and `validateOnly=true`.',
    settled: { by: 'access' },
  },
  conditionsSeeRunServices: {
    quirk: false,
    belief:
      'In the condition of an IAM binding, `resource.name`, `resource.service` and `resource.type` are empty for a Cloud Run service.',
    source:
      'The page on resource attributes lists the services whose resources a condition can see. Cloud Run is not among them.',
    otherwise:
      'Such a condition can hold for the service. The guard tries a condition with both, and calls a binding void only if the condition is false in every case.',
    verify:
      'Bind `roles/run.invoker` on the service to a user under `resource.name.endsWith("/services/S")`, call the service.',
    settled: { by: 'access' },
  },
  grantsTakeEffectInMinutes: {
    belief: 'IAM changes take effect within seven minutes, most of them in seconds to two minutes.',
    source: 'Page on access change propagation.',
    otherwise: 'A smoke test right after a grant fails for longer than the message says.',
    verify: 'Grant a role, poll.',
    settled: { by: 'access' },
  },
  missingServiceIsNotFound: {
    belief:
      'A service that does not exist answers 404, and 403 only if `run.services.get` is missing on the project.',
    source: 'General wording of IAM errors.',
    otherwise: 'A first release is taken for a missing permission, or the other way round.',
    verify: 'GET a name that does not exist, with and without the role.',
    settled: { by: 'access' },
  },
  dashStandsForProject: {
    belief:
      '`projects/-/serviceAccounts/E-MAIL:getIamPolicy` works: `-` stands for the project of the account.',
    source: 'Page on the method.',
    otherwise: 'The guard cannot read who may act as an account, and says so.',
    verify: 'Read it for an account.',
    settled: { by: 'accounts' },
  },
  runtimeListNeedsNoPermission: {
    quirk: true,
    belief: 'Everyone who is logged in may read the list of runtimes of a region. It needs no permission.',
    source:
      'A crawl of the API reference (iam-dataset, 2026-08-22) has `iam.permissions.none` for `projects.locations.runtimes.list`. Neither the page on permissions of Cloud Functions nor an exported role has a permission of runtimes.',
    otherwise:
      'The doctor cannot see how long Google supports the runtime. It says so, and examines the rest.',
    verify: 'GET `projects/P/locations/R/runtimes` of Cloud Functions v2 with an account that has no role.',
    settled: { by: 'access' },
  },
  developerMayInvoke: {
    belief: '`cloudfunctions.developer` and `cloudfunctions.admin` include `run.routes.invoke`.',
    source: 'Role export of 2026-08-22.',
    otherwise: 'The guard names a way in that is none, or misses one.',
    verify: '`gcloud iam roles describe roles/cloudfunctions.developer`.',
    settled: { by: 'reads' },
  },
  sourceDeveloperMayCreate: {
    belief: '`roles/run.sourceDeveloper` may create the bucket and the repository of sources.',
    source: "Google's page on deploying from source asks for this role and no other.",
    otherwise: 'The first deploy of a function of Cloud Run needs a second role. The set-up has to name it.',
    verify: '`gcloud iam roles describe roles/run.sourceDeveloper`.',
    settled: { by: 'reads' },
  },
  viewerMayDownloadImages: {
    belief: '`roles/viewer` may download images.',
    source: 'Role export of 2026-08-22.',
    otherwise:
      'The rehearsal of a rollback cannot read the image with that role, and names the role that can.',
    verify: '`gcloud iam roles describe roles/viewer`.',
    settled: { by: 'reads' },
  },
  policiesReadByProjectId: {
    belief:
      'Effective organisation policies and deny policies can be read by project id, not only by number.',
    source: 'The references of both APIs name both forms.',
    otherwise: 'The guard cannot read them, and its proof is partial.',
    verify: 'GET with the id.',
    settled: { by: 'reads' },
  },
  wrongLocationIsDenied: {
    belief:
      "A region that does not exist is refused with `Permission denied on 'locations/L' (or it may not exist)`.",
    source: 'Public reports of users. We have never seen it.',
    otherwise: 'The message shows Google\'s sentence without our "did you mean".',
    verify: '`GET v2/projects/P/locations/us-centrall1/functions`.',
    settled: { by: 'reads' },
  },
  answersHaveBodies: {
    belief: 'A Google API never answers a success without a body. An empty message is `{}`.',
    source: 'JSON mapping of google.protobuf.Empty.',
    otherwise: 'A call that succeeded counts as truncated, and the action fails.',
    verify: 'No test can show that it never happens.',
    settled: {
      not: 'endless',
      why: 'No number of answers shows that it never happens. The report says how many answers this run saw; one without a body fails the part that made the call.',
    },
  },
} as const satisfies Beliefs;
