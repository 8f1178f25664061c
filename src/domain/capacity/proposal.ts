import type { JsonObject } from '../data/json.ts';
import { objectOf } from '../data/json.ts';
import { mainContainer } from '../deploy/main-container.ts';
import { cpuCount, memoryBytes } from '../deploy/quantity.ts';
import type { Change } from './evidence.ts';
import { memoryText, type Point } from './point.ts';

/** The configuration of a template, with the defaults of Cloud Run. Undefined if it has none that can be compared. */
export function presentPoint(template: JsonObject): Point | undefined {
  const limits = objectOf(objectOf(mainContainer(template).resources).limits);
  const cpu = cpuCount(String(limits.cpu ?? '1'));
  const memoryMib = memoryBytes(String(limits.memory ?? '512Mi')) / 2 ** 20;
  const concurrency = Number(template.maxInstanceRequestConcurrency ?? (cpu < 1 ? 1 : 80));
  const instances = Number(objectOf(template.scaling).maxInstanceCount ?? 100);
  const point = { cpu, memoryMib, concurrency, instances };
  return Object.values(point).every((value) => Number.isFinite(value) && value > 0) ? point : undefined;
}

/** The inputs of the release that name a configuration. */
export const inputsFor = (point: Point): Record<string, string> => ({
  cpu: String(point.cpu),
  memory: memoryText(point.memoryMib),
  max_instance_request_concurrency: String(point.concurrency),
  max_instance_count: String(point.instances),
});

/** The inputs of the release that would become different. */
export function changesTo(found: Point, present: Point | undefined): Change[] {
  const from = present && inputsFor(present);
  return Object.entries(inputsFor(found))
    .map(([input, to]) => ({ input, from: from?.[input], to }))
    .filter((change) => change.from !== change.to);
}
