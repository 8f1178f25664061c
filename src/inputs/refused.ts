/**
 * Inputs of deploy-cloudrun@v3 that have no counterpart of the same kind, and what to do instead. A user who comes from
 * there must not lose a setting without a word.
 */
export const refusedNames: Readonly<Record<string, string>> = {
  'source of a container':
    'build and push the image in a step of its own, and set image; for a function of the functions-framework, set source_dir',
  job: 'jobs have no traffic, so they cannot be released with these actions',
  metadata: 'set each setting by its own input; a service that is made from YAML has all of them in its file',
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

/** The flags of `gcloud run deploy` that an input replaces. */
const flagInputs: Readonly<Record<string, string>> = {
  'set-env-vars': 'environment_variables',
  'update-env-vars': 'env_vars',
  'set-secrets': 'secrets',
  'update-secrets': 'secrets with secrets_update_strategy: merge',
  'service-account': 'runtime_service_account',
  'max-instances': 'max_instance_count',
  'min-instances': 'min_instance_count',
  concurrency: 'max_instance_request_concurrency',
  'vpc-connector': 'vpc_connector',
  'vpc-egress': 'vpc_connector_egress_settings',
  network: 'direct_vpc_network_interface',
  subnet: 'direct_vpc_network_interface',
  'network-tags': 'direct_vpc_network_interface',
  ingress: 'ingress_settings',
  memory: 'memory',
  cpu: 'cpu',
  timeout: 'service_timeout',
  description: 'description',
  labels: 'labels with labels_update_strategy: merge',
  'update-labels': 'labels with labels_update_strategy: merge',
  image: 'image',
  source: 'source_dir',
  region: 'region',
  project: 'project_id',
  'no-traffic': 'no_traffic',
  key: 'kms_key_name',
};

/** Flags that change who may call. The guard decides that. */
const accessFlags = [
  'allow-unauthenticated',
  'no-allow-unauthenticated',
  'no-invoker-iam-check',
  'invoker-iam-check',
];

/** What to set instead of `flags`. It names only flags that it knows, so no value of the user is quoted. */
export function flagsHint(value: string): string {
  const given = [...value.matchAll(/(?:^|\s)--([a-z][a-z-]*)/g)].map(([, flag = '']) => flag);
  const known = given.flatMap((flag) => (flagInputs[flag] ? [`${flagInputs[flag]} for --${flag}`] : []));
  const access = given.some((flag) => accessFlags.includes(flag))
    ? ['leave out the flags about access, because the service is kept private']
    : [];
  const live = given.some((flag) => flagInputs[flag] === undefined && !accessFlags.includes(flag))
    ? [
        'what has no input stays as it is on the live service, so set it there once with gcloud run services update',
      ]
    : [];
  const words = [...(known.length > 0 ? [`use ${[...new Set(known)].join(', ')}`] : []), ...access, ...live];
  return words.join('; ') || 'use the input of each setting';
}
