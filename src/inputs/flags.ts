/** What a user of `gcloud run deploy` sets instead of each of its flags. docs/set-up/from-gcloud-run.md shows the same. */

/** Flags that an input replaces. */
export const flagInputs: Readonly<Record<string, string>> = {
  project: 'project_id',
  region: 'region',
  image: 'image',
  source: 'source_dir with target: run-function',
  function: 'entry_point',
  'base-image': 'runtime',
  'build-service-account': 'build_service_account',
  'build-worker-pool': 'build_worker_pool',
  'set-build-env-vars': 'build_environment_variables',
  'clear-build-env-vars': 'build_environment_variables: {}',
  'set-env-vars': 'environment_variables',
  'update-env-vars': 'env_vars',
  'clear-env-vars': 'environment_variables: {}',
  'set-secrets': 'secrets with secrets_update_strategy: overwrite',
  'update-secrets': 'secrets with secrets_update_strategy: merge',
  'clear-secrets': 'secrets: {}',
  labels: 'labels with labels_update_strategy: merge',
  'update-labels': 'labels with labels_update_strategy: merge',
  'clear-labels': 'labels: {}',
  description: 'description',
  memory: 'memory',
  cpu: 'cpu',
  concurrency: 'max_instance_request_concurrency',
  timeout: 'service_timeout',
  'min-instances': 'min_instance_count',
  'max-instances': 'max_instance_count',
  'service-account': 'runtime_service_account',
  ingress: 'ingress_settings',
  'vpc-connector': 'vpc_connector',
  'vpc-egress': 'vpc_connector_egress_settings or direct_vpc_egress',
  network: 'direct_vpc_network_interface',
  subnet: 'direct_vpc_network_interface',
  'network-tags': 'direct_vpc_network_interface',
  key: 'kms_key_name',
  tag: 'tag',
  'no-traffic': 'no_traffic',
};

/** Flags that change who may call. The guard decides that. */
export const accessFlags: readonly string[] = [
  'allow-unauthenticated',
  'no-allow-unauthenticated',
  'invoker-iam-check',
  'no-invoker-iam-check',
];

/** Flags that say how gcloud itself works. */
export const droppedFlags: readonly string[] = ['async', 'format', 'platform', 'quiet', 'verbosity'];

/** What to set instead of `flags`. It names only flags that it knows, so no value of the user is quoted. */
export function flagsHint(value: string, declared: readonly string[]): string {
  const given = [...value.matchAll(/(?:^|\s)["']?--([a-z][a-z-]*)/g)].map(([, flag = '']) => flag);
  const takes = (flag: string) => declared.includes(flagInputs[flag]?.split(/[ :]/, 1)[0] ?? '');
  const known = given.flatMap((flag) => (takes(flag) ? [`${flagInputs[flag]} for --${flag}`] : []));
  const traffic = given.some((flag) => flagInputs[flag] !== undefined && !takes(flag))
    ? ['leave out the flags about traffic, because the release moves it']
    : [];
  const access = given.some((flag) => accessFlags.includes(flag))
    ? ['leave out the flags about access, because the service is kept private']
    : [];
  const dropped = given.filter((flag) => droppedFlags.includes(flag)).map((flag) => `leave out --${flag}`);
  const isLive = (flag: string) =>
    flagInputs[flag] === undefined && !accessFlags.includes(flag) && !droppedFlags.includes(flag);
  const live = given.some(isLive)
    ? [
        'what has no input stays as it is on the live service, so set it there once with gcloud run services update',
      ]
    : [];
  const words = [
    ...(known.length > 0 ? [`use ${[...new Set(known)].join(', ')}`] : []),
    ...traffic,
    ...access,
    ...dropped,
    ...live,
  ];
  return words.join('; ') || 'use the input of each setting';
}
