import { isObject, type JsonObject, objectOf, textOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { RemoteError } from '../../http/remote-error.ts';
import type { Rest, RestCall } from '../../http/rest.ts';
import type { Clock } from '../../steps/ports/clock.ts';

/** How long a new API, account or role may take until other calls know it. Google names minutes, most often it is seconds. */
const settleMs = 180_000;
const pauseMs = 3000;

/** Google does not know yet what was made a moment ago: an API that was switched on, an account, or a role. */
const notYet = (error: unknown): boolean =>
  error instanceof RemoteError &&
  (error.isApiOff || (error.status === 400 && /does not exist|not found/i.test(error.remoteMessage)));

export interface Writer {
  rest: Rest;
  clock: Clock;
}

/** Repeats an action while Google does not know yet what came before it. */
export async function whenKnown<T>(
  { clock }: Writer,
  act: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const end = clock.steady() + settleMs;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!notYet(error) || clock.steady() + pauseMs >= end) throw error;
    }
    await clock.sleep(pauseMs, signal);
  }
}

/** Makes one write, and waits until its operation has ended. `base` is what the name of an operation is appended to. */
export async function write(
  writer: Writer,
  call: RestCall & { accept?: readonly number[] },
  base?: string,
): Promise<JsonObject> {
  const { body } = await whenKnown(writer, () => writer.rest.call<unknown>(call), call.signal);
  const answer = objectOf(body);
  return base === undefined ? answer : finished(writer, call, base, answer);
}

const operationMs = 300_000;

async function finished(
  writer: Writer,
  call: RestCall,
  base: string,
  first: JsonObject,
): Promise<JsonObject> {
  const { rest, clock } = writer;
  const end = clock.steady() + operationMs;
  let operation = first;
  for (;;) {
    if (isObject(operation.error))
      throw new ReleaseError('remote-error', {
        what: `${call.method} ${call.api}/${call.path} failed: ${textOf(operation.error.message) ?? 'no reason given'}`,
      });
    const name = textOf(operation.name);
    if (operation.done === true || name === undefined) return operation;
    if (clock.steady() >= end)
      throw new ReleaseError('deadline-exceeded', {
        what: `The operation ${name} has not ended after ${operationMs / 60_000} minutes.`,
      });
    await clock.sleep(2000, call.signal);
    const { body } = await rest.call<unknown>({
      api: call.api,
      method: 'GET',
      path: `${base}/${name}`,
      signal: call.signal,
    });
    operation = objectOf(body);
  }
}
