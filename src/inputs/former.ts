/**
 * Inputs of earlier versions of deploy-cloud-functions, and of gcloud's flags, by the name that they have now. A user who comes
 * from there is told the new name, even if it looks nothing like the old one.
 */
export const formerNames: Readonly<Record<string, string>> = {
  available_cpu: 'cpu',
  available_memory: 'memory',
  memory_mb: 'memory',
  set_env_vars: 'environment_variables',
  build_environment_variable: 'build_environment_variables',
  secret_environment_variables: 'secrets',
  secret_volumes: 'secrets',
  set_secrets: 'secrets',
  service_account_email: 'runtime_service_account',
  max_instances: 'max_instance_count',
  min_instances: 'min_instance_count',
  concurrency: 'max_instance_request_concurrency',
  vpc_connector_egress: 'vpc_connector_egress_settings',
  egress_settings: 'vpc_connector_egress_settings',
  source: 'source_dir',
  function: 'name',
  project: 'project_id',
  location: 'region',
  event_trigger_resource: 'event_trigger_filters',
};
