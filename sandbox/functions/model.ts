import type { World } from '../core/state.ts';
import { objectsOf, type StoredObject } from '../storage/state.ts';

export type { StoredObject } from '../storage/state.ts';

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
  verb: 'create' | 'update' | 'delete' | 'detach';
  /** Absent if a function is detached: the proto has no name for that. */
  operationType?: 'CREATE_FUNCTION' | 'UPDATE_FUNCTION' | 'DELETE_FUNCTION';
  createTime: string;
  endTime?: string;
  buildName?: string;
  stages: Stage[];
  /** The function as the request describes it. */
  requestResource?: Json;
  response?: Json;
  error?: { code: number; message: string; details?: unknown[] };
}

/** A function (google.cloud.functions.v2.Function): the user's configuration and the state that follows from it. */
export interface CloudFunction {
  name: string;
  project: string;
  location: string;
  id: string;
  /** Only the fields that a client may write. */
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

export interface FunctionState {
  functions: Map<string, CloudFunction>;
  /** Resources of v1 (google.cloud.functions.v1.CloudFunction) by name, added by tests. */
  gen1: Map<string, Json>;
  operations: Map<string, FunctionOperation>;
  /** The uploaded objects by `bucket/object`. */
  objects: Map<string, StoredObject>;
  /** The object behind each upload URL, by the URL's signature. */
  uploads: Map<string, StoredObject & { expires: number }>;
  downloads: Map<string, StoredObject & { expires: number }>;
}

export const functionState = (world: World): FunctionState =>
  world.extension('functions', () => ({
    functions: new Map(),
    gen1: new Map(),
    operations: new Map(),
    objects: objectsOf(world),
    uploads: new Map(),
    downloads: new Map(),
  }));

export const nowText = (world: World): string => new Date(world.now()).toISOString().replace('Z', '000000Z');
