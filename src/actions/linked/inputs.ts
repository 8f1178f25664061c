import type { Environment } from '../../inputs/reader.ts';
import type { Inputs } from '../../inputs/table.ts';

/** What is to be recorded, as the inputs say it. */
export interface AskedRecord {
  environment: string;
  token: string | undefined;
}

/** Undefined if nothing is to be recorded: a dry run changes nothing on GitHub either. */
export const askedRecord = (
  values: Pick<
    Inputs<'rollback'>,
    'deployment_record' | 'deployment_environment' | 'github_token' | 'dry_run'
  >,
  env: Environment,
): AskedRecord | undefined =>
  values.deployment_record && !values.dry_run
    ? { environment: values.deployment_environment, token: values.github_token ?? env.GITHUB_TOKEN }
    : undefined;
