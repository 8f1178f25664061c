import type { World } from '../core/state.ts';

export type Json = Record<string, unknown>;

export interface Stage {
  name: 'ARTIFACT_REGISTRY' | 'BUILD' | 'SERVICE' | 'SERVICE_ROLLBACK';
  state: 'NOT_STARTED' | 'IN_PROGRESS' | 'COMPLETE';
  message?: string;
  resource?: string;
  resourceUri?: string;
  stateMessages?: StateMessage[];
}

export interface StateMessage {
  severity: 'ERROR' | 'WARNING' | 'INFO';
  type: string;
  message: string;
}

export interface FunctionOperation {
  name: string;
  done: boolean;
  target: string;
  verb: 'create' | 'update' | 'delete';
  operationType: 'CREATE_FUNCTION' | 'UPDATE_FUNCTION' | 'DELETE_FUNCTION';
  createTime: string;
  endTime?: string;
  buildName?: string;
  stages: Stage[];
  /** The function as it was asked for. */
  requestResource?: Json;
  response?: Json;
  error?: { code: number; message: string; details?: unknown[] };
}

/** A function as the user configured it (google.cloud.functions.v2.Function), and what became of it. */
export interface CloudFunction {
  name: string;
  project: string;
  location: string;
  id: string;
  /** Only fields that may be written. */
  config: Json;
  state: 'ACTIVE' | 'FAILED' | 'DEPLOYING' | 'DELETING';
  stateMessages: StateMessage[];
  createTime: string;
  updateTime: string;
  /** Full name of the Cloud Run service. */
  service: string;
  /** Short name of the last revision that this function made. */
  revision: string | undefined;
  buildName: string | undefined;
  /** The zip that was built last. */
  source: StoredObject | undefined;
  running: FunctionOperation | undefined;
}

/** What one create or update call asks for. */
export interface Change {
  config: Json;
  /** `true` or `false` only if this call says so. If absent, the service's traffic stays as it is. */
  allTraffic: boolean | undefined;
  rebuild: boolean;
  creator: string;
}

export interface StoredObject {
  bucket: string;
  object: string;
  generation: string;
  /** File on disk; undefined until it was uploaded. */
  file: string | undefined;
}

export interface FunctionState {
  functions: Map<string, CloudFunction>;
  /** Whole v1 resources (google.cloud.functions.v1.CloudFunction) by name, placed by tests. */
  gen1: Map<string, Json>;
  operations: Map<string, FunctionOperation>;
  /** By `bucket/object`. */
  objects: Map<string, StoredObject>;
  /** Upload URL signatures that are still good: signature to object. */
  uploads: Map<string, StoredObject & { expires: number }>;
  downloads: Map<string, StoredObject & { expires: number }>;
}

export const functionState = (world: World): FunctionState =>
  world.extension('functions', () => ({
    functions: new Map(),
    gen1: new Map(),
    operations: new Map(),
    objects: new Map(),
    uploads: new Map(),
    downloads: new Map(),
  }));

export const nowText = (world: World): string => new Date(world.now()).toISOString().replace('Z', '000000Z');
