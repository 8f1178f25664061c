import { randomUUID } from 'node:crypto';
import { notFound } from '../core/errors.ts';
import { projectOf, requirePermission } from '../core/iam.ts';
import type { World } from '../core/state.ts';
import type { Route } from '../core/types.ts';
import { type RunOperation, runState, type Service } from '../run/model.ts';
import { renderService } from './render.ts';

const TYPE = 'type.googleapis.com/google.cloud.run.v2.Service';

/**
 * Starts a long-running change of a service. Metadata and response are both the Service (service.proto, operation_info).
 * @param outcome why this very change failed, which a newer change of the service does not take back
 */
export function startOperation(
  world: World,
  service: Service,
  settled: Promise<unknown>,
  outcome: () => { code: number; message: string } | undefined = () => undefined,
): RunOperation {
  const operation: RunOperation = {
    name: `projects/${service.project}/locations/${service.location}/operations/${randomUUID()}`,
    done: false,
    metadata: { '@type': TYPE, ...renderService(service) },
  };
  runState(world).operations.set(operation.name, operation);
  void settled.then(() => {
    operation.done = true;
    const failure = outcome() ?? (service.failure ? { code: 9, message: service.failure } : undefined);
    if (failure) operation.error = failure;
    else operation.response = { '@type': TYPE, ...renderService(service) };
  });
  return operation;
}

/** The answer to validateOnly: an operation that is done at once and changes nothing. */
export function validated(service: Service): Record<string, unknown> {
  return {
    name: `projects/${service.project}/locations/${service.location}/operations/${randomUUID()}`,
    done: true,
    response: { '@type': TYPE, ...renderService(service) },
  };
}

const shown = ({ done, ...rest }: RunOperation) => (done ? { ...rest, done } : rest);

export const showOperation = shown;

export function operationRoutes(world: World): Route[] {
  const base = '/v2/projects/:project/locations/:location/operations';
  const find = (params: Record<string, string>) => {
    const project = params.project === world.projectNumber ? world.project : params.project;
    const operation = runState(world).operations.get(
      `projects/${project}/locations/${params.location}/operations/${params.operation}`,
    );
    if (!operation) throw notFound();
    return operation;
  };
  return [
    {
      method: 'GET',
      pattern: `${base}/:operation`,
      handle: (call, params) => {
        requirePermission(world, call.principal, 'run.operations.get', projectOf(params));
        return { status: 200, body: shown(find(params)) };
      },
    },
    {
      method: 'GET',
      pattern: base,
      handle: (call, params) => {
        requirePermission(world, call.principal, 'run.operations.list', projectOf(params));
        return { status: 200, body: { operations: [...runState(world).operations.values()].map(shown) } };
      },
    },
    {
      method: 'POST',
      pattern: `${base}/:operation:wait`,
      handle: async (call, params) => {
        requirePermission(world, call.principal, 'run.operations.get', projectOf(params));
        const operation = find(params);
        const seconds = Number.parseFloat(String(call.json().timeout ?? '30s')) || 30;
        for (const end = Date.now() + seconds * 1000; !operation.done && Date.now() < end; )
          await new Promise((resolve) => setTimeout(resolve, 20));
        return { status: 200, body: shown(operation) };
      },
    },
  ];
}
