import { stageWord } from '../../domain/deploy/failure.ts';
import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import type { FunctionOperation } from '../../steps/ports/functions.ts';
import { heartbeatMs, mostMs, throwIfLasting } from '../polling.ts';
import type { FunctionPorts } from './world.ts';

/** Milliseconds before the first poll, so that the end of a short operation is seen soon. */
const firstMs = 500;

function stageLine(operation: FunctionOperation): string {
  return operation.stages
    .filter((stage) => stage.state !== 'NOT_STARTED')
    .map((stage) => `${stageWord(stage.name)} ${stage.state === 'COMPLETE' ? 'done' : 'in progress'}`)
    .join(', ');
}

/**
 * Waits until an operation ends, with or without an error. Throws `deadline-exceeded` at `deadline` (milliseconds of the
 * steady clock).
 */
export async function awaitOperation(
  ports: FunctionPorts,
  begun: FunctionOperation,
  deadline: number,
  signal?: AbortSignal,
): Promise<FunctionOperation> {
  const { clock, log, functions } = ports;
  const started = clock.steady();
  let operation = begun;
  let wait = firstMs;
  let line = '';
  let linked = false;
  let lastLineAt = started;
  for (;;) {
    const seen = stageLine(operation);
    if (seen !== line) {
      line = seen;
      lastLineAt = clock.steady();
      log.line(`Cloud Functions: ${seen} (${Math.round((lastLineAt - started) / 1000)} s)`);
    } else if (clock.steady() - lastLineAt >= heartbeatMs) {
      lastLineAt = clock.steady();
      log.line(`Still waiting: ${seen || 'not started'} (${Math.round((lastLineAt - started) / 1000)} s)`);
    }
    const link = operation.stages.find((stage) => stage.name === 'BUILD')?.resourceUri;
    if (link && !linked) {
      linked = true;
      log.line(`Build: ${link}`);
    }
    if (operation.done) return operation;
    const left = deadline - clock.steady();
    if (left <= 0)
      throw new ReleaseError('deadline-exceeded', {
        what: `The operation ${operation.name} did not end in time.`,
        why: `Its state is: ${line || 'not started'}. It continues without this job.`,
        fix: 'Run the job again: it finds the operation and joins it. Or raise deploy_timeout.',
      });
    await clock.sleep(Math.min(wait, left), signal);
    wait = Math.min(mostMs, wait * 1.25);
    try {
      operation = await functions.operation(operation.name, signal);
    } catch (error) {
      throwIfLasting(error, signal);
      log.debug(`Could not read the operation, trying again: ${messageOf(error)}`);
    }
  }
}
