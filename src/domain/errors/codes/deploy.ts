import type { ErrorEntries } from '../entry.ts';

/** Errors of a deploy and of the source that it uploads. */
export const deployErrors = {
  'source-refused': {
    title: 'The source folder may not be uploaded as it is',
    why: 'A file in it is a secret, leaves the folder, or cannot be read, or a file that the build needs is left out.',
    check:
      'The message names each file. `gcloud meta list-files-for-upload FOLDER` lists what an upload holds.',
    fix: 'Run the command of the message, which changes .gcloudignore, or set source_dir to the folder of the function.',
    inMessages: ['why', 'fix'],
  },
  'source-changed': {
    title: 'A file changed while it was being uploaded',
    why: 'Its bytes differ from those that were listed a moment ago.',
    check: 'Look for a process of an earlier step that still runs, such as a build in watch mode.',
    fix: 'Make sure that nothing writes to the folder, then run the deploy again.',
    inMessages: ['why', 'fix'],
  },
  'upload-failed': {
    title: 'The source could not be uploaded',
    why: 'The storage of Google Cloud did not accept the archive.',
    check: 'The message has the status and the sentence of the storage.',
    fix: 'Run the job again. If it happens again, the message says what the storage refused.',
  },
  'deploy-failed': {
    title: 'Cloud Functions could not make the new revision',
    why: 'The build failed, or the new revision did not start.',
    check:
      "The message begins with Google's sentence, and the group below it in the log holds the end of the build log or of the revision's log.",
    fix: 'Read the log of the build or of the revision. The message quotes the line that matters and links to it.',
  },
  'deploy-conflict': {
    title: 'Another deploy changed the function at the same time',
    why: 'Something else deployed the function while this deploy was under way or waiting.',
    check:
      '`gcloud functions describe NAME --gen2 --region=REGION --project=PROJECT` shows when it was updated; the audit log shows by whom.',
    fix: 'Look at what was deployed, then run the job again.',
  },
  'image-refused': {
    title: 'The container image cannot be deployed',
    why: 'The registry does not have it, does not let this identity read it, or it is not built for linux/amd64. This is checked before anything changes.',
    check: '`docker buildx imagetools inspect IMAGE` shows its digest and its platforms.',
    fix: 'Push the image for linux/amd64 to Artifact Registry, and grant roles/artifactregistry.reader on the repository.',
    inMessages: ['fix'],
  },
  'model-refused': {
    title: 'The model cannot be released',
    why: 'The reference names no version, the version is not ready, its bytes are missing, or they are not those that the reference names. This is checked before anything changes.',
    check: 'The message names the model and its registry.',
    fix: 'Correct the model, or register it again.',
  },
  'target-differs': {
    title: 'What exists under this name is of another kind',
    why: 'A function of the Functions API, a function of Cloud Run and a service that runs an image are changed in different ways. A service is never turned into another kind.',
    check: 'The message says what the service is.',
    fix: 'Use the target that the message names, or another name.',
  },
  'would-remove': {
    title: 'Secrets or labels of the live service are not named',
    why: 'deploy-cloudrun@v3 and gcloud keep secrets and labels that are not named, and deploy-cloud-functions@v4 removes them. A service of Cloud Run loses none of them without a word. This is checked before anything changes.',
    check:
      'The message names them. `gcloud run services describe NAME --region=REGION --project=PROJECT` shows all.',
    fix: 'Set secrets_update_strategy or labels_update_strategy: merge keeps what is not named, overwrite removes it.',
  },
  'function-refused': {
    title: 'The function cannot be deployed with these settings',
    why: 'A setting is not supported, or does not fit another one. This is checked before anything is uploaded.',
    check: 'The message names the setting and its value.',
    fix: 'Correct the setting that the message names.',
  },
} as const satisfies ErrorEntries;
