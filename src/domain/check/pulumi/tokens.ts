/**
 * Types of Pulumi's provider for Google Cloud, and the types of Terraform's that they stand for: Pulumi's is made from it. Only those
 * that a rule looks at.
 */
const modules: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  cloudrun: {
    Service: 'cloud_run_service',
    IamMember: 'cloud_run_service_iam_member',
    IamBinding: 'cloud_run_service_iam_binding',
    IamPolicy: 'cloud_run_service_iam_policy',
  },
  cloudrunv2: {
    Service: 'cloud_run_v2_service',
    Job: 'cloud_run_v2_job',
    ServiceIamMember: 'cloud_run_v2_service_iam_member',
    ServiceIamBinding: 'cloud_run_v2_service_iam_binding',
    ServiceIamPolicy: 'cloud_run_v2_service_iam_policy',
  },
  cloudfunctions: {
    Function: 'cloudfunctions_function',
    FunctionIamMember: 'cloudfunctions_function_iam_member',
    FunctionIamBinding: 'cloudfunctions_function_iam_binding',
  },
  cloudfunctionsv2: {
    Function: 'cloudfunctions2_function',
    FunctionIamMember: 'cloudfunctions2_function_iam_member',
    FunctionIamBinding: 'cloudfunctions2_function_iam_binding',
  },
  projects: { IAMMember: 'project_iam_member', IAMBinding: 'project_iam_binding' },
  folder: { IAMMember: 'folder_iam_member', IAMBinding: 'folder_iam_binding' },
  organizations: { IAMMember: 'organization_iam_member', IAMBinding: 'organization_iam_binding' },
  serviceaccount: {
    Account: 'service_account',
    IAMMember: 'service_account_iam_member',
    IAMBinding: 'service_account_iam_binding',
  },
  iam: {
    WorkloadIdentityPool: 'iam_workload_identity_pool',
    WorkloadIdentityPoolProvider: 'iam_workload_identity_pool_provider',
  },
};

/** The type of Terraform for a module and a class of Pulumi. */
export function typeOf(module: string, name: string): string | undefined {
  const types = Object.hasOwn(modules, module) ? modules[module] : undefined;
  const type = types && Object.hasOwn(types, name) ? types[name] : undefined;
  return type && `google_${type}`;
}

/** `gcp:cloudrunv2:ServiceIamMember`, or with the longer name in the middle `gcp:cloudrunv2/serviceIamMember:ServiceIamMember`. */
export function typeOfToken(token: string): string | undefined {
  const [, module = '', name = ''] = /^gcp:(\w+)(?:\/\w+)?:(\w+)$/.exec(token) ?? [];
  return typeOf(module, name);
}

/** `invokerIamDisabled` becomes `invoker_iam_disabled`. */
export const snakeCase = (name: string): string =>
  name.replace(/[A-Z]+/g, (letters, at: number) => `${at === 0 ? '' : '_'}${letters.toLowerCase()}`);

/** Properties whose keys are data, so that they keep their case. */
export const holdsData = (name: string): boolean =>
  [
    'attribute_mapping',
    'annotations',
    'labels',
    'environment_variables',
    'build_environment_variables',
  ].includes(name);
