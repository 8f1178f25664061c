import { recordAnnotation } from '../../domain/product.ts';
import type { Touched } from '../../domain/release/machine.ts';
import { parseRecord } from '../../domain/traffic/parse-record.ts';
import { sameTraffic } from '../../domain/traffic/traffic.ts';
import type { Services } from '../ports/services.ts';
import type { PhaseResult, ReleaseRun } from './run.ts';

/** How far this release had come with its changes when a phase ended with `result`. */
export async function touchedBy(run: ReleaseRun, { event }: PhaseResult): Promise<Touched> {
  const { written, candidate, journal, live, ports } = run;
  if (written.functionTouched || candidate !== undefined) return 'function';
  if (journal.sent.length === 0 || live.service === undefined) return 'nothing';
  // A signal may have interrupted a write, and then an early look at the service proves nothing.
  if (written.recorded || event !== 'failed' || ports.signal.aborted) return 'record';
  return (await nothingArrived(run, ports.urgent, live.service)) ? 'nothing' : 'record';
}

/** The service is as it was found and has no record of ours, so none of our writes took effect. False if it cannot be read. */
export async function nothingArrived(run: ReleaseRun, services: Services, name: string): Promise<boolean> {
  const { before } = run.found;
  const service = await services.get(name).catch(() => undefined);
  if (service === undefined || before === undefined) return false;
  const found = parseRecord(service.annotations[recordAnnotation]);
  const ours = found.kind === 'record' && found.record.id === run.request.owner.id;
  return !ours && sameTraffic(service.traffic, before.traffic);
}
