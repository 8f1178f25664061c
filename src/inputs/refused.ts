/**
 * Inputs of deploy-cloudrun@v3 that have no counterpart of the same kind, and what to do instead. A user who comes from
 * there must not lose a setting without a word.
 */
export const refusedNames: Readonly<Record<string, string>> = {
  'source of a container':
    'build and push the image in a step of its own, and set image; for a function of the functions-framework, set source_dir',
  job: 'jobs have no traffic, so they cannot be released with these actions',
  metadata: 'set each setting by its own input; what has none stays as it is on the live service',
  suffix: 'Cloud Run names the revision, so that a release can be repeated',
  env_vars_file: 'write its lines into env_vars',
  skip_default_labels: 'remove it, because no labels are added but the two that identify a deploy',
  revision_traffic: 'the release moves the traffic itself; actions/rollback moves it back',
  tag_traffic: 'the release moves the traffic itself; actions/rollback moves it back',
  update_traffic_flags: 'the release moves the traffic itself; actions/rollback moves it back',
  wait: 'remove it, because every deploy waits until the revision is ready',
  gcloud_version: 'remove it, because gcloud is not used',
  gcloud_component: 'remove it, because gcloud is not used',
};
