import type { JsonObject } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Endpoints } from '../../http/endpoints.ts';
import type { Tokens } from '../../steps/ports/tokens.ts';
import { remoteErrorOf } from './google-error.ts';

/**
 * Calls `@google-cloud/functions` over REST and works around its traps. The library loads slowly, so it is imported on
 * the first write.
 *
 * - Without an `authClient` it uses any identity that the machine's metadata server offers, so it always gets one.
 * - By default its transport follows redirects and sends the bearer along, so this sets `redirect: 'manual'`.
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
  endpoints: Endpoints;
  tokens: Tokens;
  redact: (text: string) => string;
  userAgent: { name: string; version: string };
  /** Milliseconds for one call. */
  timeoutMs: number;
  /** The reason that is sent as X-Goog-Request-Reason, for audit logs. */
  requestReason?: string | undefined;
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
  const [gax, functions, auth, protos] = await Promise.all([
    import('google-gax/fallback'),
    import('@google-cloud/functions/build/src/v2/function_service_client.js'),
    import('google-auth-library'),
    import('@google-cloud/functions/build/protos/protos.json', { with: { type: 'json' } }),
  ]);
  const base = new URL(options.endpoints.base('cloudfunctions'));
  const authClient = new auth.OAuth2Client({
    transporterOptions: { redirect: 'manual', retry: false },
    universeDomain: options.endpoints.universe,
  } as ConstructorParameters<typeof auth.OAuth2Client>[0]);
  const client = new functions.FunctionServiceClient(
    {
      fallback: true,
      authClient: authClient as never,
      apiEndpoint: base.hostname,
      port: Number(base.port) || (base.protocol === 'https:' ? 443 : 80),
      protocol: base.protocol.slice(0, -1),
      universeDomain: options.endpoints.universe,
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
    authClient.setCredentials({ access_token: await options.tokens.accessToken(signal) });
    signal?.throwIfAborted();
    const reason = options.requestReason;
    const running = start({
      timeout: options.timeoutMs,
      otherArgs: { headers: reason ? { 'x-goog-request-reason': reason } : {} },
    }) as Promise<T> & { cancel?: () => void };
    let onAbort = () => {};
    // The client's own cancel() leaves its promise pending for as long as the connection lives.
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => {
        running.cancel?.();
        reject(signal?.reason);
      };
    });
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([running, aborted]);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw (
        remoteErrorOf(error, name, options.redact) ??
        new ReleaseError('network-failed', { what: `${name} got no answer.`, cause: error })
      );
    } finally {
      signal?.removeEventListener('abort', onAbort);
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

/** Call options of the client library, which adds its own headers to these. */
interface CallSettings {
  timeout: number;
  otherArgs: { headers: Record<string, string> };
}

interface MessageType {
  fromObject(value: unknown): unknown;
  toObject(message: unknown, options: Record<string, unknown>): unknown;
}
