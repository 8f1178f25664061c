import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import type { GatewayPorts, OperationFact } from './ports.ts';

type World = Pick<GatewayPorts, 'clock' | 'gateways' | 'log'>;
interface Pace {
  paceMs: number;
  /** By the steady clock. */
  deadline: number;
  signal: AbortSignal;
}

/** Somebody else has moved the gateway since it was read. What they chose stays. */
export class MovedByOthers extends ReleaseError {
  constructor(gateway: string, config: string) {
    super('remote-error', {
      what: `${gateway} names ${config} by now, so it is left alone`,
      why: 'Somebody else has moved it while this run was under way.',
      fix: 'Let one run at a time release the gateway, and run this again if this document is the right one.',
    });
  }
}

/** Asks until there is an answer. A question that fails is asked again until the deadline, because the change goes on meanwhile. */
export async function until<T>(
  { clock, log }: Pick<World, 'clock' | 'log'>,
  { paceMs, deadline, signal }: Pace,
  what: string,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  let last: unknown;
  for (let pause = paceMs; ; pause = Math.min(10_000, pause * 1.3)) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
      last = undefined;
    } catch (error) {
      if (signal.aborted || isLasting(error) || error instanceof MovedByOthers) throw error;
      last = error;
      log.debug(`${what}: ${messageOf(error)}`);
    }
    if (clock.steady() + pause >= deadline)
      throw new ReleaseError('deadline-exceeded', {
        what: `${what} did not end in time.`,
        ...(last === undefined ? {} : { cause: last }),
      });
    await clock.sleep(pause, signal);
  }
}

/** Google has answered that it did not do it. */
export const isRefusal = (error: unknown): boolean =>
  [400, 401, 403].includes((error as { status?: number }).status ?? 0);

/** To ask again would give the same answer. Google also answers 400 while another change is under way: that ends. */
export function isLasting(error: unknown): boolean {
  return isRefusal(error) && statusNameOf(error) !== 'FAILED_PRECONDITION';
}

/** Waits for an operation. Undefined: it is not known any more, so the thing itself has to be asked. */
export const operationEnd = (world: World, pace: Pace, name: string): Promise<OperationFact | 'gone'> =>
  until(world, pace, 'The operation', async () => {
    const operation = await world.gateways.operation(name, pace.signal);
    if (operation === undefined) return 'gone';
    return operation.done ? operation : undefined;
  });

/** The name of Google's status, such as `ABORTED`, if the error is an answer that has one. */
export const statusNameOf = (error: unknown): string | undefined =>
  (error as { statusName?: string }).statusName;
