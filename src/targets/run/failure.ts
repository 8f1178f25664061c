import { listOf, objectOf, textOf } from '../../domain/data/json.ts';
import type { ReleaseError } from '../../domain/errors/errors.ts';
import type { DeployRequest } from '../../steps/deploy/ports.ts';
import type { RunService } from '../../steps/ports/services.ts';
import { operationFailure } from '../failure.ts';
import type { RunPorts } from './world.ts';

/** Why the revision is not ready: the service says it, or its conditions do. */
function reasonOf({ terminalMessage, raw }: RunService): string {
  const condition = listOf(raw.conditions)
    .map(objectOf)
    .find(({ state, message }) => state === 'CONDITION_FAILED' && textOf(message) !== undefined);
  return terminalMessage ?? textOf(condition?.message) ?? 'Cloud Run gave no reason.';
}

export interface Failed {
  service: RunService;
  stage: 'BUILD' | 'SERVICE';
  /** Cloud Build's id of the build that failed. The service itself names only the last one that succeeded. */
  build: string | undefined;
  refusal: string | undefined;
}

/** The error of a change that ended without a revision that can serve, with the end of its log. */
export function changeFailure(
  ports: Pick<RunPorts, 'buildLogs' | 'cleanLine' | 'log'>,
  request: DeployRequest,
  { service, stage, build, refusal }: Failed,
): Promise<ReleaseError> {
  const reason = refusal ?? reasonOf(service);
  const message =
    stage === 'SERVICE' && service.latestCreatedRevision && !reason.includes(service.latestCreatedRevision)
      ? `Revision '${service.latestCreatedRevision}' is not ready and cannot serve traffic. ${reason}`
      : reason;
  return operationFailure(ports, request, {
    name: service.name,
    done: true,
    target: service.name,
    buildName: build,
    createTime: undefined,
    stages: [
      {
        name: stage,
        state: 'IN_PROGRESS',
        message: '',
        resource: build,
        resourceUri: undefined,
        messages: [],
      },
    ],
    request: undefined,
    error: { code: 9, message },
  });
}
