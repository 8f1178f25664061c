import { functionPattern, likelyService } from '../../domain/data/resource-name.ts';
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
  // Its code is loaded only if it is chosen.
  const datadog =
    values.system === 'datadog'
      ? (await import('../../sli/datadog/kept.ts')).keptInDatadog(
          values,
          { login: values.mode !== 'generate', objectives: file?.objectives ?? [] },
          (names, text) => inputs.problem(names, text),
        )
      : undefined;
  // OpenSLO takes any text for the service, and a filter needs its name.
  const named = values.name ?? file?.service ?? '';
  if (file && values.name === undefined && !functionPattern.test(named))
    inputs.missing('name', 'the name of the Cloud Run service, because spec.service of the SLO file is none');
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
    datadog,
    notify: values.datadog_notify ?? '',
    workspace,
    folder: values.output_dir,
    /** The mistakes of the file, for annotations. */
    broken: read instanceof SloFileError ? read : undefined,
    request: {
      slo: file?.name ?? '',
      service: likelyService(named),
      region: values.region,
      windowSeconds: file?.windowSeconds ?? 0,
      objectives: file?.objectives ?? [],
    },
  };
}
