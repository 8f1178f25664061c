import type { Finding } from '../../domain/findings/finding.ts';
import type { ReleaseRecord } from '../../domain/traffic/record.ts';
import type { RunService } from '../ports/services.ts';
import type { TrafficPorts } from './ports.ts';
import { type Answer, type ProvePorts, proveAnswer } from './prove-back.ts';
import { askUntilSame, differentAnswer } from './same-answer.ts';

/** `alive` verifies, after the traffic was put back, that the function answers as it did before the release. */
export type SettlePorts = TrafficPorts & Pick<ProvePorts, 'alive'>;

/** Calls the function once, and compares its answer with the one that the record holds. */
export async function proveSettled(
  { alive, clock }: SettlePorts,
  { uri }: RunService,
  found: ReleaseRecord | undefined,
  signal: AbortSignal | undefined,
): Promise<{ alive?: Answer | undefined; findings: Finding[] }> {
  if (alive === undefined) return { findings: [] };
  const before = found?.outside?.answer;
  const name = found?.before_revision ?? 'The revision that serves';
  const same: ProvePorts = {
    alive: (url, stop) => askUntilSame(clock, () => alive(url, stop), before, stop),
  };
  const proof = await proveAnswer(same, uri, name, signal);
  const differs = before && proof.alive ? differentAnswer(name, before, proof.alive) : [];
  return { alive: proof.alive, findings: [...proof.findings, ...differs] };
}
