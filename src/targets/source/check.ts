import { type JsonObject, objectOf, textOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { projectProblems } from '../../domain/source/project.ts';
import type { DeployRequest } from '../../steps/deploy/ports.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { SourceTree } from '../../steps/ports/source.ts';

/**
 * Says what the build would stumble over, before anything is uploaded. Throws `source-refused` if the build certainly fails.
 * @param config what is deployed, by the paths of the settings
 */
export function checkProject(
  log: Log,
  { settings, sourceDir }: Pick<DeployRequest, 'settings' | 'sourceDir'>,
  config: JsonObject | undefined,
  tree: SourceTree,
): void {
  const current = objectOf(config?.buildConfig);
  const runtime = textOf(settings.get('buildConfig.runtime') ?? current.runtime);
  if (runtime === undefined) return;
  const variables = objectOf(
    settings.get('buildConfig.environmentVariables') ?? current.environmentVariables,
  );
  const source = textOf(variables.GOOGLE_FUNCTION_SOURCE);
  const problems = projectProblems(tree.project, runtime, source, sourceDir);
  const sure = problems.filter(({ isSure }) => isSure);
  if (sure.length > 0)
    throw new ReleaseError('source-refused', {
      what: sure.map(({ what }) => what).join(' '),
      why: 'The build would fail after the upload.',
      fix: sure.map(({ fix }) => fix).join(' '),
      commands: sure.flatMap(({ commands = [] }) => commands),
    });
  for (const { what, fix, commands = [] } of problems) log.warning([what, fix, ...commands].join(' '));
}
