import type { JsonObject } from '../../domain/data/json.ts';
import type { FailureFacts } from '../../domain/errors/facts.ts';
import type { UploadTarget } from './source.ts';

export interface StateMessage {
  severity: string;
  type: string;
  message: string;
}

/** One stage of a function operation (google.cloud.functions.v2.Stage), enums as names. */
export interface FunctionStage {
  name: string;
  state: string;
  message: string;
  /** The Cloud Build build or the Cloud Run service that the stage works on. */
  resource: string | undefined;
  /** Link to the Google Cloud console. */
  resourceUri: string | undefined;
  messages: StateMessage[];
}

/** google.rpc.Status of a failed operation. */
export interface OperationError {
  code: number;
  message: string;
  /** What its details say, for the explanation of the failure. */
  details?: Partial<FailureFacts> | undefined;
}

export interface FunctionOperation {
  /** projects/P/locations/L/operations/O */
  name: string;
  done: boolean;
  /** projects/P/locations/L/functions/F */
  target: string | undefined;
  buildName: string | undefined;
  createTime: string | undefined;
  stages: FunctionStage[];
  /** The function as the caller asked for it, if the API reports that. */
  request: JsonObject | undefined;
  /** Short name of the revision that it has made. */
  revision?: string | undefined;
  /** google.rpc.Status of a failed operation. */
  error: OperationError | undefined;
}

/**
 * Cloud Functions v2. A function is named `projects/P/locations/L/functions/F`, a location `projects/P/locations/L`.
 * Reads return raw JSON. Writes name every field that they send in a mask of leaf paths, and return `conflict` for a
 * 409, because the caller must look at the function again before it decides. A name that is taken is an error with
 * the status 409.
 */
export interface Functions {
  get(name: string, signal?: AbortSignal): Promise<JsonObject | undefined>;
  /** google.cloud.functions.v2.ListRuntimesResponse.Runtime as raw JSON, including those of the first generation. */
  runtimes(location: string, signal?: AbortSignal): Promise<JsonObject[]>;
  /** The operation that is working on this function now, if there is one. */
  runningOperation(name: string, signal?: AbortSignal): Promise<FunctionOperation | undefined>;
  /** All operations on this function that the API still lists, those that have ended among them. */
  operations(name: string, signal?: AbortSignal): Promise<FunctionOperation[]>;
  operation(name: string, signal?: AbortSignal): Promise<FunctionOperation>;
  uploadUrl(location: string, kmsKeyName: string | undefined, signal?: AbortSignal): Promise<UploadTarget>;
  create(name: string, body: JsonObject, signal?: AbortSignal): Promise<FunctionOperation | 'conflict'>;
  update(
    name: string,
    body: JsonObject,
    mask: readonly string[],
    signal?: AbortSignal,
  ): Promise<FunctionOperation | 'conflict'>;
  /** Starts to load the client library that writes need, so that the first write does not wait for it. */
  prepare(): void;
}
