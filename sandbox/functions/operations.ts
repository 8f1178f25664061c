import { randomBytes } from 'node:crypto';
import { aborted, notFound } from '../core/errors.ts';
import { projectOf, requirePermission } from '../core/iam.ts';
import { page } from '../core/page.ts';
import type { World } from '../core/state.ts';
import type { Route } from '../core/types.ts';
import { resourceFilter } from './filter.ts';
import {
  type CloudFunction,
  type FunctionOperation,
  functionState,
  type Json,
  nowText,
  type Stage,
} from './model.ts';
import { renderOperation, reply } from './render.ts';

/** Starts an operation. Throws 409 ABORTED while another one runs on the same function. */
export function begin(
  world: World,
  fn: CloudFunction,
  verb: FunctionOperation['verb'],
  requestResource?: Json,
): FunctionOperation {
  if (fn.running)
    throw aborted(
      `unable to queue the operation: an operation on function ${fn.id} in region ${fn.location} in project ${fn.project} is already in progress. Please try again later.`,
    );
  const stages: Stage['name'][] =
    verb === 'detach' ? [] : verb === 'delete' ? ['SERVICE'] : ['BUILD', 'SERVICE'];
  const operation: FunctionOperation = {
    name: `projects/${fn.project}/locations/${fn.location}/operations/operation-${world.now()}-${randomBytes(8).toString('hex')}`,
    done: false,
    target: fn.name,
    verb,
    ...(verb === 'detach'
      ? {}
      : { operationType: `${verb.toUpperCase() as Uppercase<typeof verb>}_FUNCTION` as const }),
    createTime: nowText(world),
    stages: stages.map((name) => ({ name, state: 'NOT_STARTED' })),
    ...(requestResource ? { requestResource } : {}),
  };
  functionState(world).operations.set(operation.name, operation);
  fn.running = operation;
  return operation;
}

export function stage(operation: FunctionOperation, name: Stage['name'], change: Partial<Stage>): void {
  const found = operation.stages.find((candidate) => candidate.name === name);
  if (found) Object.assign(found, change);
}

export function end(
  world: World,
  fn: CloudFunction,
  operation: FunctionOperation,
  result: { response: Json } | { error: { code: number; message: string } },
): void {
  operation.endTime = nowText(world);
  if ('response' in result) operation.response = result.response;
  else operation.error = result.error;
  operation.done = true;
  fn.running = undefined;
}

/**
 * Adds the stage ARTIFACT_REGISTRY from the second answer on. gcloud 528 calls this stage unexpected, adds a tracker for it
 * when it appears, and crashes if the first answer already lists it.
 */
function showRegistry(operation: FunctionOperation): void {
  if (
    operation.done ||
    operation.verb === 'delete' ||
    operation.verb === 'detach' ||
    operation.stages[0]?.name === 'ARTIFACT_REGISTRY'
  )
    return;
  operation.stages.unshift({
    name: 'ARTIFACT_REGISTRY',
    state: 'COMPLETE',
    message: 'The repository is there',
  });
}

export function functionOperationRoutes(world: World): Route[] {
  const base = '/v2/projects/:project/locations/:location/operations';
  const state = functionState(world);
  return [
    {
      method: 'GET',
      pattern: `${base}/:operation`,
      handle: (call, params) => {
        requirePermission(world, call.principal, 'cloudfunctions.operations.get', projectOf(params));
        const project = params.project === world.projectNumber ? world.project : params.project;
        const operation = state.operations.get(
          `projects/${project}/locations/${params.location}/operations/${params.operation}`,
        );
        if (!operation) throw notFound(`Operation not found: ${params.operation}`);
        const answer = reply(call, 'Operation', renderOperation(operation));
        showRegistry(operation);
        return answer;
      },
    },
    {
      method: 'GET',
      pattern: base,
      handle: (call, params) => {
        requirePermission(world, call.principal, 'cloudfunctions.operations.list', projectOf(params));
        const here = [...state.operations.values()].filter(
          ({ name }) => params.location === '-' || name.includes(`/locations/${params.location}/`),
        );
        const matches = resourceFilter(call.query.get('filter') ?? '');
        const found = here.reverse().map(renderOperation).filter(matches);
        const { items, nextPageToken } = page(found, call, 100);
        return {
          status: 200,
          body: { operations: items, ...(nextPageToken ? { nextPageToken } : {}) },
        };
      },
    },
  ];
}
