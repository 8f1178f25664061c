import { shortName } from '../../domain/data/resource-name.ts';
import { messageOf } from '../../domain/errors/errors.ts';
import type { RecordedGateway, ReleaseRecord } from '../../domain/traffic/record.ts';
import type { RunService } from '../ports/services.ts';
import { changeTraffic } from './change-traffic.ts';
import type { ChangePorts, GatewayBack, GatewayPort } from './ports.ts';

/**
 * A release that was killed may have left its gateway on a configuration that nobody has proved. It goes back after the traffic, as in a
 * release that lives. What could not be done stays in the record, so that the next run tries again.
 * @returns undefined if no gateway is left over
 */
export async function settleGateway(
  ports: ChangePorts & GatewayPort,
  { service, record, signal }: Left,
): Promise<(GatewayBack & { record: ReleaseRecord }) | undefined> {
  const move = record?.gateway && withinProject(record.gateway, service.name);
  if (record === undefined || move === undefined || ports.gatewayBack === undefined) return undefined;
  const back = await ports.gatewayBack(move, signal);
  for (const what of back.changed) ports.log.line(`  ${what}`);
  if (back.verdict === 'fail') return { ...back, record };
  return { ...back, record: (await forget(ports, service.name, record)) ?? record };
}

/** What a dry run says. */
export const plannedBack = ({ name, from }: RecordedGateway): GatewayBack => ({
  verdict: 'pass',
  reason: `the gateway ${shortName(name)} would go back to ${shortName(from)}, unless it names it already`,
  findings: [],
  changed: [],
});

interface Left {
  service: RunService;
  /** As it is now. */
  record: ReleaseRecord | undefined;
  signal?: AbortSignal | undefined;
}

/** Everyone who may update the service may have written the record, so it cannot name anything of another project. */
function withinProject(move: RecordedGateway, service: string): RecordedGateway {
  const [project = ''] = /^projects\/[^/]+/.exec(service) ?? [];
  const own = (name: string) => name.replace(/^projects\/[^/]+/, project);
  return { name: own(move.name), from: own(move.from), to: own(move.to) };
}

/** Milliseconds. If the record cannot be written, the next run finds the gateway where it belongs and writes it. */
const writeMs = 20_000;

/** Takes the gateway out of the record. Another record is left as it is. */
export async function forget(
  ports: ChangePorts,
  service: string,
  { id, gateway }: Pick<ReleaseRecord, 'id' | 'gateway'>,
): Promise<ReleaseRecord | undefined> {
  try {
    const changed = await changeTraffic(
      ports,
      service,
      (_live, found) => {
        const record = found.kind === 'record' ? found.record : undefined;
        if (record?.id !== id || record.gateway?.to !== gateway?.to)
          return { stop: 'moved', reason: 'another run has written the record' };
        return { record: { ...record, gateway: undefined } };
      },
      { withinMs: writeMs },
    );
    return changed.done ? changed.written.record : undefined;
  } catch (error) {
    ports.log.debug(`The record still names a gateway: ${messageOf(error)}`);
    return undefined;
  }
}
