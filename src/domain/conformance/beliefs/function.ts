import type { Beliefs } from '../belief.ts';

/** What one deploy of a function shows: its operation, and the function that comes back. */
export const functionBeliefs = {
  operationNamesFunction: {
    belief:
      'The `requestResource` of a function operation contains the Function with its labels, so that a restarted job recognises its own operation.',
    source:
      'OperationMetadata in `google/cloud/functions/v2/functions.proto` names the field, but not its content.',
    otherwise:
      "A restarted job cannot recognise its operation. It waits, and then reads the function's own labels.",
    verify: 'Start a deploy, GET the operation.',
    settled: { by: 'create' },
  },
  operationsTakeFilter: {
    belief: 'The list of function operations accepts `filter=done=false`.',
    source: "google.longrunning has a filter. The API's own text does not mention it.",
    otherwise: 'A 400 fails every deploy before its upload.',
    verify: '`GET v2/projects/P/locations/R/operations?filter=done=false`.',
    settled: { by: 'create' },
  },
  operationsStayListed: {
    belief:
      'The list of function operations without a filter has those that have ended, each with the Function that it made as its `response`.',
    source:
      'google.longrunning lists operations whether they have ended or not, and OperationInfo of UpdateFunction names Function as the response. How long an operation stays is not documented.',
    otherwise:
      'After a release was killed in its build and the latest revision has all the traffic, the next release cannot know who took it. It holds and says so.',
    verify: 'Wait for a deploy, then `GET v2/projects/P/locations/R/operations`.',
    settled: { by: 'create' },
  },
  registryStageAppears: {
    belief: 'The stage ARTIFACT_REGISTRY is not in the first answer to a deploy, but appears afterwards.',
    source: 'gcloud 528 calls it an unexpected stage, and crashes if the first answer has it.',
    otherwise: 'Nothing for users of the actions. The sandbox shows the stage at another moment than Google.',
    verify: 'Poll an operation from its start.',
    settled: { by: 'create' },
  },
  settingsComeBackAsSent: {
    belief: 'Settings such as memory come back in the form in which they were sent.',
    source: 'Recorded answers.',
    otherwise: 'A deploy finds a difference where there is none, and makes an unnecessary revision.',
    verify: 'Deploy with 512Mi, GET the function.',
    settled: { by: 'create' },
  },
  managedByLabel: {
    belief:
      'The label `goog-managed-by: cloudfunctions` is on the service of a function that the Functions API manages.',
    source: 'Seen on services of functions.',
    otherwise:
      "The driver for services takes a function's service for a plain one, or refuses one that is plain.",
    verify: 'GET the service of a function.',
    settled: { by: 'create' },
  },
  registryTakesBearer: {
    belief: "Artifact Registry's `docker.pkg.dev` takes an access token as `Authorization: Bearer`.",
    source:
      "The page on authentication names the user `oauth2accesstoken` with the token as the password. Clients of Google's send it as a bearer token.",
    otherwise:
      'Images cannot be read before a deploy. The deploy then says so and goes on without the check.',
    verify:
      '`curl -H "Authorization: Bearer $(gcloud auth print-access-token)" https://REGION-docker.pkg.dev/v2/P/R/I/manifests/TAG`.',
    settled: { by: 'create' },
  },
  egressNeedsConnector: {
    belief:
      'Google refuses `vpcConnectorEgressSettings` without a connector or a direct network (400), before it starts an operation.',
    source:
      "The field's comment in functions.proto ties it to a connector, but names no error. The sandbox's sentence is its own.",
    otherwise: 'The sandbox is too strict. Nothing else changes.',
    verify: 'Create a function with `vpcConnectorEgressSettings: ALL_TRAFFIC` alone.',
    settled: { by: 'refused-creates' },
  },
  keyNeedsRepository: {
    belief: 'Google refuses `kmsKeyName` without `dockerRepository` (400), before it starts an operation.',
    source:
      "The comments of both fields in functions.proto say that the repository is required. The sandbox's sentence is its own.",
    otherwise: 'The sandbox is too strict. Nothing else changes.',
    verify: 'Create a function with `kmsKeyName` alone.',
    settled: { by: 'refused-creates' },
  },
  takenNameIsConflict: {
    belief: 'A function whose name a Cloud Run service has already is refused with 409 ALREADY_EXISTS.',
    source: 'Public reports of users quote the sentence. We have never seen the status.',
    otherwise:
      "The name is recognised by its sentence too. If that differs as well, the deploy shows Google's sentence without our explanation.",
    verify: 'Create a function with the name of a Cloud Run service.',
    settled: { by: 'refused-creates' },
  },
  failedUpdateChangesNothing: {
    belief:
      "A failed function update leaves the function's configuration and the service's traffic unchanged, with `state: FAILED`.",
    source: 'The stage SERVICE_ROLLBACK. No page says so.',
    otherwise: 'The next deploy starts from settings that never worked. The plan shows them as a drift.',
    verify: 'Deploy a function that does not listen, GET both.',
    settled: { by: 'failure' },
  },
  failedRevisionFailsService: {
    quirk: false,
    belief:
      'If the latest revision of a service did not start, the service is ready again (`terminalCondition`) after all of its traffic has been sent to an older revision.',
    source:
      'None. In Knative, a service is not ready while its latest revision is not. Some users of `gcloud run services update-traffic` report an error about a revision that they did not name.',
    otherwise:
      'The condition never becomes true after a candidate that does not start. The actions therefore wait for `reconciling`, the generation and `trafficStatuses`, and use the condition only as a reason if those do not arrive.',
    verify:
      'Deploy a function that does not listen, send 100 % to the old revision by name, GET the service.',
    settled: { by: 'failure' },
  },
  detachTakesLabel: {
    belief: 'Detaching a function takes the label `goog-managed-by` off its service.',
    source: 'The page on detaching says that the label goes away.',
    otherwise:
      'The driver for services refuses a detached function as one that the Functions API still manages.',
    verify: '`gcloud functions detach F`, GET the service.',
    settled: { by: 'detach' },
  },
  detachedServiceHasBuild: {
    belief: 'A detached service has a `buildConfig` with the last source and entry point of its function.',
    source: 'Cloud Run can build a detached function again. No page shows the fields.',
    otherwise: 'The first deploy after detaching has to name source and entry point, and says so.',
    verify: 'Detach a throw-away function and GET its service.',
    settled: { by: 'detach' },
  },
} as const satisfies Beliefs;
