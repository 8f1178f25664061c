import type { Beliefs } from '../belief.ts';

/** What an update of a function leaves alone on its Cloud Run service. */
export const updateBeliefs = {
  functionPatchKeepsPin: {
    quirk: true,
    belief:
      'With `allTrafficOnLatestRevision: false` in a function update, a Cloud Run service whose traffic names revisions keeps that traffic, and the new revision starts at 0 %.',
    source:
      "The comment of the field in `google/cloud/functions/v2/functions.proto` and the page on traffic splitting say that with false, Google keeps the service's traffic configuration. Users who pin by name report the same (magic-modules#16981). No page says that the pin survives a build of several minutes.",
    otherwise:
      'A candidate serves before its smoke test. The release reads the traffic again after the build and pins again.',
    verify:
      "Pin with `gcloud run services update-traffic S --to-revisions=REV=100`. Update the function over REST with `updateMask=buildConfig.source,serviceConfig.allTrafficOnLatestRevision` and the value `false`. Then read `gcloud run services describe S --format='yaml(status.traffic)'`.",
    settled: { by: 'update' },
  },
  functionPatchKeepsAnnotations: {
    quirk: true,
    belief: 'Annotations that were set on the service survive an update of the function.',
    source:
      'Google lists what a function deployment overwrites: only fields of the template, no labels or annotations.',
    otherwise:
      'The record of a release is gone after the build. The release then reads the service, writes the record again, and decides by the tag of the revision before. If an update dropped the pin *and* the record, a release that is killed (not cancelled) between the end of the build and its next write leaves no trace from which it can be settled. The sweep proves that every other end is settled.',
    verify:
      'PATCH `annotations` of the service with a key of your own, update the function, GET the service (`run.googleapis.com/v2/projects/P/locations/R/services/S`).',
    settled: { by: 'update' },
  },
  functionPatchResetsInvokerIam: {
    quirk: false,
    belief: 'An update of the function does not change `invokerIamDisabled` of the service.',
    source: 'Functions v2 has no such field, so its control plane has nothing to send. No page says so.',
    otherwise:
      'The update turns the invoker check on again. A function that was public by this switch becomes private with its next deploy, and the guard says so.',
    verify:
      'On a throw-away function with internal ingress, set the field to true with a PATCH of the service, update the function, GET the service.',
    settled: { by: 'update' },
  },
  functionPatchResetsSettings: {
    quirk: false,
    belief:
      'An update of the function changes only what functions.proto knows: ingress and labels of the service, the template and the traffic. Scaling of the service, default URL, Identity-Aware Proxy, custom audiences and description stay.',
    source:
      'Functions v2 has no such fields. No page says that its control plane keeps what it does not know.',
    otherwise:
      'A release that goes back puts them back, because it compares all of them. A promoted release leaves them reset.',
    verify:
      'On a throw-away function: `gcloud beta run services update S --min=1 --no-default-url` and `gcloud alpha run services update S --description=x`, update the function, GET the service.',
    settled: { by: 'update' },
  },
  functionUpdateSetsIngress: {
    belief:
      'An update of a function gives the service the ingress setting that the function has saved, also if the mask does not name it.',
    source:
      "The setting is part of the function's `serviceConfig`. A deploy of these actions sends the live one if they differ.",
    otherwise: 'Ingress that was changed through Cloud Run stays. Nothing changes for a release.',
    verify:
      "`gcloud run services update S --ingress=internal`, update the function's description, GET the service.",
    settled: { by: 'update' },
  },
  operationEndsBeforeSettled: {
    quirk: false,
    belief:
      'When the operation of a function update is done, the service has the new revision and has settled.',
    source:
      'The stages of the operation end with SERVICE. No page says that the Run service has reconciled by then.',
    otherwise:
      'A reader of the service still sees the old revision. The actions wait for `reconciling` and the generation.',
    verify:
      'Poll the operation every second, GET the service in the same second, compare `observedGeneration`.',
    settled: { by: 'update' },
  },
  allTrafficReplacesTags: {
    belief: '`allTrafficOnLatestRevision: true` replaces the whole traffic of the service, including tags.',
    source: '"Any split is thrown away" is documented. Tags are not mentioned.',
    otherwise:
      'Tags of earlier releases stay on the service after a plain deploy, and a tagged revision keeps its minimum of instances.',
    verify: 'Tag a revision, update the function with true, GET the service.',
    settled: { by: 'latest' },
  },
} as const satisfies Beliefs;
