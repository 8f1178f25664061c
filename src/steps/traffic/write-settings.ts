import { messageOf } from '../../domain/errors/errors.ts';
import { hasChange, type OutsideChange } from '../../domain/traffic/outside/put-back.ts';
import type { RunService } from '../ports/services.ts';
import type { ChangePorts } from './ports.ts';

const tries = 3;

/**
 * Writes settings in a separate request, after Google refused them together with the traffic. Never throws, because the traffic is
 * already back, so a second refusal is only reported. Returns the service as it was last read.
 */
export async function writeSettings(
  { services, log }: Pick<ChangePorts, 'services' | 'log'>,
  service: RunService,
  change: OutsideChange,
  signal: AbortSignal | undefined,
): Promise<RunService> {
  const options = signal ? { signal } : {};
  let live = service;
  try {
    for (let n = 0; n < tries && !hasChange(live, change); n++) {
      await services.patch(service.name, change, { etag: live.etag, ...options });
      live = (await services.get(service.name, signal)) ?? live;
    }
  } catch (error) {
    log.debug(`The settings of ${service.name} were refused again: ${messageOf(error)}`);
  }
  return live;
}
