import { AsyncLocalStorage } from 'node:async_hooks';
import type { JsonObject } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Rest } from '../../http/rest.ts';
import { createTransport } from './transport.ts';

/**
 * Calls `@google-cloud/functions` over REST and works around its traps. The library loads slowly, so it is imported on
 * the first write.
 *
 * - Its own transport knows neither our proxy, retry, redirect and redaction rules nor our deadline. So it gets a transport
 *   that hands every request to `rest`.
 * - It drops fields and enum names that its proto lacks. The mask still names them, so the server would clear them.
 *   `representable` tells whether a message survives unchanged.
 */
export interface FunctionClient {
  /** Both writes return the raw operation. */
  createFunction(request: JsonObject, signal?: AbortSignal): Promise<JsonObject>;
  updateFunction(request: JsonObject, signal?: AbortSignal): Promise<JsonObject>;
  /** Does a Function survive the conversion to a typed message and back? */
  representable(message: JsonObject): boolean;
}

export interface FunctionClientOptions {
  rest: Rest;
  userAgent: { name: string; version: string };
  /** Milliseconds for one call. */
  timeoutMs: number;
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || (typeof value === 'object' && value !== null && Object.values(value).every(isEmpty));

/**
 * Equal as JSON, in any order of keys. An absent map or list equals an empty one: a typed message cannot tell
 * them apart, and the API looks only at the mask.
 */
export function sameJson(left: unknown, right: unknown): boolean {
  if (isEmpty(left) && isEmpty(right)) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null)
    return left === right;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const one = left as Record<string, unknown>;
  const other = right as Record<string, unknown>;
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].every((name) =>
    sameJson(one[name], other[name]),
  );
}

export async function loadFunctionClient(options: FunctionClientOptions): Promise<FunctionClient> {
  const { rest, timeoutMs } = options;
  const [gax, functions, protos] = await Promise.all([
    import('google-gax/fallback'),
    import('@google-cloud/functions/build/src/v2/function_service_client.js'),
    import('@google-cloud/functions/build/protos/protos.json', { with: { type: 'json' } }),
  ]);
  // The promises of the library have lost the `cancel` of google-gax, so the signal of a call goes to its request by this way.
  const aborts = new AsyncLocalStorage<AbortSignal | undefined>();
  const base = new URL(rest.endpoints.base('cloudfunctions'));
  const client = new functions.FunctionServiceClient(
    {
      fallback: true,
      authClient: createTransport(rest, timeoutMs, () => aborts.getStore()) as never,
      apiEndpoint: base.hostname,
      port: Number(base.port) || (base.protocol === 'https:' ? 443 : 80),
      protocol: base.protocol.slice(0, -1),
      universeDomain: rest.endpoints.universe,
      libName: options.userAgent.name,
      libVersion: options.userAgent.version,
    },
    gax as never,
  );
  const root = (
    gax as unknown as { protobufFromJSON(json: unknown): { lookupType(name: string): MessageType } }
  ).protobufFromJSON((protos as { default?: unknown }).default ?? protos);
  const message = root.lookupType('google.cloud.functions.v2.Function');

  async function call<T>(
    name: string,
    start: (options: CallSettings) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    signal?.throwIfAborted();
    try {
      // The transport ends the call at its deadline; the library must not do so before it.
      return await aborts.run(signal, () => start({ timeout: timeoutMs + 5000 }));
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      const { cause } = error as Error;
      if (cause instanceof ReleaseError) throw cause;
      throw new ReleaseError('response-malformed', {
        what: `${name} got an answer that the client library cannot read.`,
        cause: error,
      });
    }
  }

  const operationName = (answer: unknown): JsonObject => {
    const operation = (answer as [{ latestResponse?: { name?: string } }])[0]?.latestResponse;
    if (!operation?.name)
      throw new ReleaseError('response-malformed', {
        what: 'Cloud Functions accepted the change without naming an operation.',
      });
    return { name: operation.name };
  };

  return {
    createFunction: async (request, signal) =>
      operationName(
        await call('createFunction', (settings) => client.createFunction(request as never, settings), signal),
      ),
    updateFunction: async (request, signal) =>
      operationName(
        await call('updateFunction', (settings) => client.updateFunction(request as never, settings), signal),
      ),
    representable: (value) => {
      try {
        return sameJson(
          message.toObject(message.fromObject(value), { enums: String, longs: String, defaults: false }),
          value,
        );
      } catch {
        return false;
      }
    },
  };
}

/** Call options of the client library. */
interface CallSettings {
  timeout: number;
}

interface MessageType {
  fromObject(value: unknown): unknown;
  toObject(message: unknown, options: Record<string, unknown>): unknown;
}
