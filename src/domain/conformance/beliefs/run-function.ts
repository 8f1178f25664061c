import type { Beliefs } from '../belief.ts';

const own = 'A bucket with a source of your own is needed, which the command does not make.';

/** What `target: run-function` believes about services that Cloud Run builds from a source. */
export const runFunctionBeliefs = {
  detachedSourceIsOurs: {
    belief: 'A detached function names its source in a bucket `gcf-v2-sources-…`.',
    source: 'Cloud Functions keeps its sources there. No page says that the service names them.',
    otherwise: 'A deploy that changes settings alone has no source to name, and says so.',
    verify: 'Detach a throw-away function and read `buildConfig.sourceLocation` of its service.',
    settled: { by: 'detach' },
  },
  maskNamesBuildFields: {
    belief: 'A mask may name single fields of `buildConfig`.',
    source: 'None. The fields are writable in service.proto.',
    otherwise:
      'A deploy of a function of Cloud Run is refused with 400. The mask then has to name `buildConfig`.',
    verify: 'PATCH a detached service with `updateMask=buildConfig.functionTarget&validateOnly=true`.',
    settled: { by: 'detach' },
  },
  baseImageIsShort: {
    belief:
      "`baseImage` and `baseImageUri` take the short name of a runtime (`nodejs24`), as gcloud's flag does.",
    source: "gcloud's help for `--base-image`.",
    otherwise: 'A deploy that names a runtime is refused with 400 before anything changes.',
    verify: 'PATCH a detached service with `updateMask=buildConfig.baseImage&validateOnly=true`.',
    settled: { by: 'detach' },
  },
  patchBuildsSource: {
    belief:
      'A change of `buildConfig` by PATCH builds the new source, even if the template names an image by digest, and the revision gets the image of that build.',
    source: 'None.',
    otherwise: 'No new revision comes. The release ends at `deploy_timeout` with the traffic unmoved.',
    verify:
      'Release a throw-away function that `gcloud run deploy --function` made, with `target: run-function`, and read its service and its new revision.',
    settled: { not: 'extra', why: own },
  },
  buildIsListed: {
    belief:
      'The build of such a change is in the list of Cloud Build with our object as its `source.storageSource`.',
    source: 'None.',
    otherwise:
      'The lines of its log are missing from the error, and the run after a killed one builds a second time.',
    verify: 'Release a throw-away function with `target: run-function`, and read `gcloud builds list`.',
    settled: { not: 'extra', why: own },
  },
  serviceNamesRunningBuild: {
    belief:
      'While a build of Cloud Run is running, `buildConfig.sourceLocation` of the service names its source already, and Cloud Build lists the build as `QUEUED` or `WORKING`.',
    source: 'None.',
    otherwise: 'The run after a killed one does not join its build, and builds the source a second time.',
    verify:
      'End a job by force during its build. Before the build ends, GET the service and read `gcloud builds list`, then run the job again.',
    settled: { not: 'extra', why: own },
  },
  projectTestsStorage: {
    belief:
      '`testIamPermissions` of the project answers for `storage.objects.create` and `storage.objects.get`.',
    source: 'None.',
    otherwise: 'The preflight says that these permissions could not be tried, and goes on.',
    verify: 'Ask for both on the project.',
    settled: { by: 'reads' },
  },
} as const satisfies Beliefs;
