import { ReleaseError } from '../../domain/errors/errors.ts';
import { sloFile } from '../../domain/product.ts';
import type { Context } from '../../runner/context.ts';
import { readLogin } from '../login/inputs.ts';
import { readSloFile, SloFileError } from '../watch/slo-file.ts';

/** All inputs of `slo`. Notes problems; `inputs.done()` reports them at once. */
export async function readSlo({ inputs, env, localLogin }: Pick<Context, 'inputs' | 'env' | 'localLogin'>) {
  const values = inputs.of('slo');
  const workspace = env.GITHUB_WORKSPACE || '.';
  const path = values.slo_file ?? sloFile;
  const read = await readSloFile(path, workspace).catch((error: unknown) => {
    if (!(error instanceof ReleaseError)) throw error;
    inputs.problem('slo_file', error.what.replace(/\.$/, ''));
    return error instanceof SloFileError ? error : undefined;
  });
  const file = read instanceof SloFileError ? undefined : read;
  const isGoogle = values.system === 'cloud-monitoring';
  // Files need no login. Those for Cloud Monitoring hold names with the project.
  const optional = !isGoogle || values.mode === 'generate';
  const login = readLogin({ inputs, env, localLogin }, values, { optional });
  if (isGoogle && optional && !login.projectId && !inputs.isSet('project_id'))
    inputs.missing('project_id', 'a project id such as my-project, because the names of an SLO hold it');
  return {
    login,
    mode: values.mode,
    system: values.system,
    prune: values.prune,
    channels: values.notification_channels,
    workspace,
    folder: values.output_dir,
    /** The mistakes of the file, for annotations. */
    broken: read instanceof SloFileError ? read : undefined,
    request: {
      slo: file?.name ?? '',
      service: values.name ?? file?.service ?? '',
      region: values.region,
      windowSeconds: file?.windowSeconds ?? 0,
      objectives: file?.objectives ?? [],
    },
  };
}
