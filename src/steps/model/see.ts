import type { CarriedModel } from '../../domain/model/model.ts';
import { modelOfRevision } from '../../domain/model/of-revision.ts';
import { recordAnnotation } from '../../domain/product.ts';
import { parseRecord } from '../../domain/traffic/parse-record.ts';
import { isOpen, type ReleaseRecord } from '../../domain/traffic/record.ts';
import { servingAllocations, servingNow } from '../../domain/traffic/serving.ts';
import type { Services } from '../ports/services.ts';

export interface SeePorts {
  services: Pick<Services, 'get' | 'revision'>;
}

export interface Seen {
  record: ReleaseRecord | undefined;
  /** A release is under way, or has left something open. */
  open: boolean;
  /** The one revision with all the traffic. Undefined if the traffic is split or nothing serves. */
  revision: string | undefined;
  /** The model that it carries. */
  carried: CarriedModel | undefined;
  /** The one revision that the last release or rollback gave all the traffic to. */
  recorded: string | undefined;
}

/** What a service serves now, and with which model. */
export async function seeNow(
  { services }: SeePorts,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Seen> {
  const service = await services.get(name, signal);
  const parsed = parseRecord(service?.annotations[recordAnnotation]);
  const record = parsed.kind === 'record' ? parsed.record : undefined;
  const open = (record !== undefined && isOpen(record)) || parsed.kind === 'newer';
  const [sole, ...others] = service ? servingNow(service).filter(({ percent }) => percent > 0) : [];
  const revision = others.length === 0 ? sole?.revision : undefined;
  const raw = revision ? (await services.revision(name, revision, signal))?.raw : undefined;
  const wrote = record ? servingAllocations(record.wrote, service?.latestReadyRevision) : [];
  const recorded = wrote.length === 1 ? wrote[0]?.revision : undefined;
  return { record, open, revision, carried: modelOfRevision(raw), recorded };
}
