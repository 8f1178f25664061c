import { objectOf, textOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { projectProblems } from '../../domain/source/project.ts';
import type { SourceTree } from '../../steps/ports/source.ts';
import type { Live } from './state.ts';
import type { FunctionRun } from './world.ts';

/** Says what the build would stumble over, before anything is uploaded. Throws `source-refused` if the build certainly fails. */
export function checkProject({ ports, request }: FunctionRun, live: Live, tree: SourceTree): void {
  const current = objectOf(live.function?.buildConfig);
  const runtime = textOf(request.settings.get('buildConfig.runtime') ?? current.runtime);
  if (runtime === undefined) return;
  const variables = objectOf(
    request.settings.get('buildConfig.environmentVariables') ?? current.environmentVariables,
  );
  const problems = projectProblems(tree.project, runtime, textOf(variables.GOOGLE_FUNCTION_SOURCE));
  const sure = problems.filter(({ isSure }) => isSure);
  if (sure.length > 0)
    throw new ReleaseError('source-refused', {
      what: sure.map(({ what }) => what).join(' '),
      why: 'The build would fail after the upload.',
      fix: sure.map(({ fix }) => fix).join(' '),
      commands: sure.flatMap(({ commands = [] }) => commands),
    });
  for (const { what, fix, commands = [] } of problems) ports.log.warning([what, fix, ...commands].join(' '));
}
