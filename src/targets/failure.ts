import { objectOf, textOf, valueAt } from '../domain/data/json.ts';
import { shortName } from '../domain/data/resource-name.ts';
import { buildOf, deadRevisionOf, failedStage, failureTexts, logOf } from '../domain/deploy/failure.ts';
import { messageOf, ReleaseError } from '../domain/errors/errors.ts';
import type { FailureFacts } from '../domain/errors/facts.ts';
import { redactPersonal } from '../domain/logs/redact.ts';
import { logText } from '../domain/text/safe-text.ts';
import type { DeployRequest } from '../steps/deploy/ports.ts';
import type { BuildLogs, CleanLine, LogTail } from '../steps/ports/build-logs.ts';
import type { FunctionOperation } from '../steps/ports/functions.ts';
import type { Log } from '../steps/ports/log.ts';

/** What explaining a failure needs. */
interface FailurePorts {
  buildLogs: BuildLogs;
  cleanLine: CleanLine | undefined;
  log: Log;
}

interface Shown extends LogTail {
  hidden?: true | undefined;
  /** What tells the cause. Where lines are not shown, it has no word that the code chose. */
  telling?: string[] | undefined;
}

/** What a container wrote may be personal, and it is printed where others read it. */
const shownLog = (log: LogTail, clean: CleanLine | undefined): Shown =>
  clean
    ? { ...log, lines: log.lines.map(clean) }
    : {
        ...{ lines: [], telling: log.lines.map((line) => line.replace(/'[^']*'?|"[^"]*"?/g, "''")) },
        ...(log.lines.length > 0 ? { hidden: true } : { unreadable: log.unreadable }),
      };

/** A build prints what package managers print, such as the address of an index with its password, and the cause is told by the original. */
const cleanedLog = (log: LogTail): Shown => ({
  ...log,
  lines: log.lines.map(redactPersonal),
  telling: log.lines,
});

/** The error of an operation that failed, with the end of its build log. */
export async function operationFailure(
  ports: FailurePorts,
  request: DeployRequest,
  operation: FunctionOperation,
): Promise<ReleaseError> {
  const { project, region, signal } = request;
  const build = buildOf(operation);
  const revision = deadRevisionOf(operation);
  const unread = (error: unknown) => ({ lines: [], unreadable: messageOf(error) });
  const facts = factsOf(operation, request);
  const { explain } = await import('../domain/causes/explain.ts');
  const cause = facts.kind === 'build' ? undefined : explain(facts);
  // A revision that was refused before it started has written nothing, so there is no log to wait for.
  const log: Shown =
    cause && !cause.vague
      ? { lines: [] }
      : revision && ports.buildLogs.revision
        ? shownLog(
            await ports.buildLogs.revision(project, region, revision, 60, signal).catch(unread),
            ports.cleanLine,
          )
        : build
          ? cleanedLog(await ports.buildLogs.tail(project, region, build, 40, signal).catch(unread))
          : { lines: [] };
  const texts = failureTexts(operation, log, region, facts.names?.entryPoint, {
    project,
    name: request.name,
    image: request.image,
  });
  if (texts.details.length > 0) ports.log.detail('Messages and log of the failed deploy', texts.details);
  const error = new ReleaseError('deploy-failed', texts);
  error.facts = { ...facts, lines: log.telling ?? log.lines };
  return error;
}

/** What the failed operation says, and the names that a repair needs: as this deploy sent them, else as the function has them. */
function factsOf(operation: FunctionOperation, request: DeployRequest): FailureFacts {
  const stage = failedStage(operation)?.name;
  const { project, region, name, settings, sourceDir } = request;
  const config = objectOf(operation.request?.function ?? operation.request);
  const text = (path: string) => textOf(settings.get(path) ?? valueAt(config, path));
  return {
    ...operation.error?.details,
    kind: stage === 'BUILD' ? 'build' : stage === 'SERVICE' ? 'start' : 'deploy',
    message: logText(operation.error?.message ?? '', 3000),
    link: logOf(operation),
    names: {
      ...{ project, region, name, sourceDir },
      image: request.image,
      runtimeAccount: text('serviceConfig.serviceAccountEmail'),
      buildAccount: shortName(text('buildConfig.serviceAccount')),
      entryPoint: text('buildConfig.entryPoint'),
      memory: text('serviceConfig.availableMemory'),
    },
  };
}
