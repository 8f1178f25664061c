import type { Beliefs } from '../belief.ts';

/** What a throw-away function cannot show. */
export const outsideBeliefs = {
  allAuthenticatedLeavesOutFederated: {
    belief: '`allAuthenticatedUsers` does not include federated identities.',
    source: 'Page on principal identifiers.',
    otherwise:
      "A public member reaches further than the guard's sentence says. The guard calls it public in any case.",
    verify: 'Grant run.invoker to it, call with an impersonated ID token and compare.',
    settled: { not: 'unsafe', why: 'The function would be open to every Google account for some minutes.' },
  },
  projectsRefuseAllUsers: {
    belief: 'Projects refuse `allUsers` in their policy. Folders and organisations accept it.',
    source: "Text of Resource Manager's setIamPolicy; terraform-provider-google#859.",
    otherwise: 'The guard reads the policies of every level in any case.',
    verify: '`gcloud resource-manager folders add-iam-policy-binding`.',
    settled: {
      not: 'unsafe',
      why: 'If the belief is wrong, the attempt opens your project, folder or organisation.',
    },
  },
  denyPoliciesForm: {
    belief: 'Deny policies accept `run.googleapis.com/routes.invoke` and `principalSet://goog/public:all`.',
    source: 'Third-party reports.',
    otherwise: 'The guard reports deny policies, but never relies on them.',
    verify: 'Create one on a throw-away project, call with allUsers bound.',
    settled: {
      not: 'organisation',
      why: "Only an organisation's administrator may write deny policies, and they hold for the whole project.",
    },
  },
  dashStandsForOtherProject: {
    belief: '`projects/-/serviceAccounts/E-MAIL:getIamPolicy` works for an account of another project.',
    source: 'Page on the method: `-` stands for the project of the account.',
    otherwise: 'The guard cannot read who may act as a foreign account, and says so.',
    verify: 'Read it for an account of another project.',
    settled: { not: 'extra', why: 'A second project is needed.' },
  },
  orgPolicyViolationsInDetails: {
    belief:
      "A function's operation, and IAM's refusal of a provider or an account, carry the violations of an organisation policy in `error.details`.",
    source: 'google.rpc.PreconditionFailure. We have never seen it.',
    otherwise: "The message shows Google's sentence without the name of the constraint.",
    verify: 'Forbid `ALLOW_ALL` by `cloudfunctions.allowedIngressSettings` and deploy.',
    settled: { not: 'organisation', why: 'A policy of the organisation would have to change.' },
  },
  alertNamesService: {
    belief:
      'An alert of a policy on `cloud_run_revision` that groups by service keeps `service_name` and `location` in `resource.labels`.',
    source:
      "The reference of `projects.alerts`: the resource has the labels preserved from the incident's generating condition. It has no example.",
    otherwise:
      'An open alert on the service is told as one that names no service, and stops no release. A label of the policy names it too.',
    verify:
      'Make a policy on `request_count` of S that groups by `service_name`, call F, then read `monitoring.googleapis.com/v3/projects/P/alerts`.',
    settled: { not: 'extra', why: 'A policy has to be made, and has to fire for some minutes.' },
  },
  logging429Counts: {
    belief:
      'A read that Cloud Logging refuses with 429 counts against the quota of 60 reads a minute as well.',
    source: 'No page says so. The sandbox counts it.',
    otherwise: 'Releases slow down more than they have to.',
    verify: 'Read 61 times in a minute, go on reading every 2 s, note when the first read succeeds.',
    settled: { not: 'quota', why: 'A release in the same project would be blind for that time.' },
  },
  monitoringQuota: {
    belief:
      'Cloud Monitoring refuses time series queries beyond a quota with 429, RESOURCE_EXHAUSTED and RATE_LIMIT_EXCEEDED, as Cloud Logging does. The sandbox allows 180 a minute. Managed Service for Prometheus counts against the same quota.',
    source:
      'The page on Monitoring\'s quotas has no number and points to the console. Users\' posts name the quotas "Time series queries" and "Descriptor read requests"; a blueprint of Google\'s pauses after 170 queries.',
    otherwise: 'Releases that count by metrics slow down too early or too late.',
    verify: 'Read the quota in the console, then query 200 times in a minute.',
    settled: { not: 'quota', why: 'A release in the same project would be blind for that time.' },
  },
  prometheusAnswersMethods: {
    belief:
      'Managed Service for Prometheus answers `query`, `series` and `label/NAME/values` as Prometheus does, with `match[]`, `start` and `end`.',
    source: 'The page on the Prometheus API lists the methods.',
    otherwise: "The check of an SLO file's series and labels finds nothing, and says that it could not look.",
    verify:
      'Call the three methods below `/v1/projects/P/location/global/prometheus/api/v1` for a counter of Cloud Run.',
    settled: { not: 'extra', why: 'A metric has to have points before the run begins.' },
  },
  prometheusLeavesOutEmptyLabels: {
    belief: 'Managed Service for Prometheus leaves out labels which never had a value.',
    source: 'Prometheus does. Nothing says so for the managed service.',
    otherwise: 'The check of an SLO file names labels that do not exist.',
    verify: 'Call `label/NAME/values` for a label without a value.',
    settled: { not: 'extra', why: 'A metric of your own would have to exist.' },
  },
  directVpcFields: {
    belief:
      '`directVpcNetworkInterface` and `directVpcEgress` have the names of public Terraform and Firebase sources.',
    source: 'The published proto lacks the fields. google.golang.org/api has them.',
    otherwise: 'A deploy with direct VPC is refused with 400 before anything changes.',
    verify: 'Deploy with direct VPC egress, GET the function.',
    settled: { not: 'extra', why: 'A network with a free subnet is needed.' },
  },
  failedBuildMakesNoRevision: {
    belief: 'A build of Cloud Run that fails makes no revision and fails the operation with code 3.',
    source: 'None.',
    otherwise: 'A failed build is explained as a failed start.',
    verify: 'Deploy a source with a mistake with `gcloud run deploy --function`.',
    settled: {
      not: 'extra',
      why: 'A bucket and a repository of sources are needed, which the command does not make.',
    },
  },
  secretVersionSentence: {
    belief:
      'A disabled or destroyed version of a secret is named as `Secret Version [...] is in DISABLED state`.',
    source: 'Public reports of users. We have never seen it.',
    otherwise:
      "The message shows Google's sentence without our cause and repair, or with those of the next row that fits.",
    verify:
      'Disable the version of a secret that a function uses, deploy, compare with `test/domain/causes/mistakes.ts`.',
    settled: { not: 'extra', why: 'A secret is needed.' },
  },
  attachmentPointEncodedTwice: {
    belief:
      'The name of a resource in `gcloud iam policies list --attachment-point` may be encoded twice on the wire, which is what gcloud sends for the form of its documentation.',
    source: "gcloud's own help has the encoded form.",
    otherwise: 'A command that the guard prints fails. It changes nothing.',
    verify: 'Run it with `--log-http` on a project.',
    settled: { not: 'client', why: 'The command does not start gcloud.' },
  },
  gcloudAudiencesMakeRevision: {
    belief: 'Through `gcloud run services update`, custom audiences make a new revision.',
    source: 'The sandbox makes one, because gcloud sends a new template.',
    otherwise: "gcloud's own command would do as well as the one that we print.",
    verify: 'Run it on a throw-away service and list the revisions.',
    settled: { not: 'client', why: 'The command does not start gcloud.' },
  },
} as const satisfies Beliefs;
