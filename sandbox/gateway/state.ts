import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { addSetting } from '../core/settings.ts';
import type { World } from '../core/state.ts';
import type { Compiled, Json } from './compile.ts';

export type { Json } from './compile.ts';

/** ApigatewayApi (apigateway v1, discovery document). */
export interface Api {
  name: string;
  displayName: string;
  managedService: string;
  labels?: Record<string, string>;
  createTime: string;
}

/** ApigatewayApiConfig. Only its labels and its name for people can change. */
export interface Config {
  name: string;
  displayName: string;
  serviceConfigId: string;
  gatewayServiceAccount: string;
  labels?: Record<string, string>;
  createTime: string;
  state: 'CREATING' | 'ACTIVE' | 'FAILED';
  documents: { path: string; contents: string }[];
  compiled: Compiled | undefined;
}

/** ApigatewayGateway, and the configuration that its data plane serves by now. */
export interface Gateway {
  name: string;
  displayName: string;
  apiConfig: string;
  defaultHostname: string;
  labels?: Record<string, string>;
  createTime: string;
  updateTime: string;
  state: 'CREATING' | 'ACTIVE' | 'UPDATING';
  serves: string;
}

export interface Operation {
  name: string;
  metadata: Json;
  done: boolean;
  error?: { code: number; message: string };
  response?: Json;
}

/** How long the parts of a change take, in milliseconds. */
export interface Timing {
  create: number;
  switch: number;
  /** From the end of a switch until the data plane serves the new configuration. */
  propagation: number;
}

export interface GatewayState {
  apis: Map<string, Api>;
  configs: Map<string, Config>;
  gateways: Map<string, Gateway>;
  operations: Map<string, Operation>;
  /** The API keys that exist, with the project that owns each. */
  keys: Map<string, string>;
  /** Calls by consumer and metric in the current minute. */
  spent: Map<string, number>;
  timing: Timing;
  /** How the data plane refuses: as the open one of this family, or with other codes, since Google changed its own in 2026. */
  refusals: 'esp' | 'other';
}

export const gatewayState = (world: World): GatewayState =>
  world.extension('gateway', () => ({
    apis: new Map(),
    configs: new Map(),
    gateways: new Map(),
    operations: new Map(),
    keys: new Map(),
    spent: new Map(),
    timing: { create: 30, switch: 30, propagation: 30 },
    refusals: 'esp' as const,
  }));

export function gatewaySettings(world: World): void {
  const state = gatewayState(world);
  addSetting(world, 'gatewayTiming', (value) => {
    state.timing = { ...state.timing, ...(value as Partial<Timing>) };
  });
  addSetting(world, 'gatewayKeys', (value) => {
    state.keys.clear();
    for (const [key, project] of Object.entries((value ?? {}) as Record<string, string>))
      state.keys.set(key, project);
  });
  addSetting(world, 'gatewayRefusals', (value) => {
    state.refusals = value === 'other' ? 'other' : 'esp';
  });
}

export const nowText = (world: World): string => new Date(world.now()).toISOString();

/** Starts a long-running change. `work` runs after `milliseconds`; it returns the resource, or why the change failed. */
export function startOperation(
  world: World,
  parent: string,
  about: { target: string; verb: 'create' | 'update' | 'delete' },
  milliseconds: number,
  work: () => { response: Json } | { code: number; message: string; diagnostics?: Json[] },
): Operation {
  const state = gatewayState(world);
  const operation: Operation = {
    name: `${parent}/operations/operation-${randomUUID()}`,
    done: false,
    metadata: {
      '@type': 'type.googleapis.com/google.cloud.apigateway.v1.OperationMetadata',
      createTime: nowText(world),
      target: about.target,
      verb: about.verb,
      requestedCancellation: false,
      apiVersion: 'v1',
    },
  };
  state.operations.set(operation.name, operation);
  void sleep(milliseconds, undefined, { ref: false }).then(() => {
    const result = work();
    operation.metadata.endTime = nowText(world);
    if ('response' in result) operation.response = result.response;
    else {
      operation.error = { code: result.code, message: result.message };
      if (result.diagnostics) operation.metadata.diagnostics = result.diagnostics;
    }
    operation.done = true;
  });
  return operation;
}

export const showOperation = ({ name, metadata, done, error, response }: Operation): Json => ({
  name,
  metadata,
  ...(done ? { done } : { done: false }),
  ...(error ? { error } : {}),
  ...(response ? { response } : {}),
});
