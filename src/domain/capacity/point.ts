import { cpuRow } from '../deploy/cpu-table.ts';

/** One configuration of a revision, as far as it decides how much load the revision takes. */
export interface Point {
  cpu: number;
  memoryMib: number;
  /** Requests that one instance gets at a time. */
  concurrency: number;
  /** Instances at most. */
  instances: number;
}

/** The values to choose from. */
export interface Axes {
  cpu: readonly number[];
  memoryMib: readonly number[];
  concurrency: readonly number[];
  instances: readonly number[];
}

/** The least memory of an instance. */
const leastMib = 128;

/** Why Cloud Run does not take this configuration, as a clause. Undefined if no documented rule forbids it. */
export function illegal({ cpu, memoryMib, concurrency, instances }: Point): string | undefined {
  const row = cpuRow(cpu);
  if (!row || (cpu > 1 && row.cpu !== cpu)) return `${cpu} CPU is not offered`;
  const least = Math.max(leastMib, row.least / 2 ** 20);
  const most = row.most / 2 ** 20;
  if (memoryMib < least) return `${cpu} CPU needs at least ${least} MiB`;
  if (memoryMib > most) return `${cpu} CPU takes at most ${most} MiB`;
  if (cpu < 1 && concurrency > 1) return 'less than 1 CPU serves one request at a time';
  if (concurrency < 1 || concurrency > 1000) return 'an instance takes 1 to 1000 requests at a time';
  if (instances < 1) return 'at least one instance is needed';
  return undefined;
}

export const samePoint = (a: Point, b: Point): boolean =>
  a.cpu === b.cpu &&
  a.memoryMib === b.memoryMib &&
  a.concurrency === b.concurrency &&
  a.instances === b.instances;

/**
 * Is `a` at least as large as `b` in everything? Then it answers at least as fast. Only points with the same concurrency compare:
 * more requests at a time make the queue shorter and each request slower.
 */
export const atLeast = (a: Point, b: Point): boolean =>
  a.concurrency === b.concurrency &&
  a.cpu >= b.cpu &&
  a.memoryMib >= b.memoryMib &&
  a.instances >= b.instances;

const distinct = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b);

/** Every combination, and those among them that a documented rule forbids. */
export function combine(axes: Axes): { points: Point[]; refused: { point: Point; why: string }[] } {
  const points: Point[] = [];
  const refused: { point: Point; why: string }[] = [];
  for (const cpu of distinct(axes.cpu))
    for (const memoryMib of distinct(axes.memoryMib))
      for (const concurrency of distinct(axes.concurrency))
        for (const instances of distinct(axes.instances)) {
          const point = { cpu, memoryMib, concurrency, instances };
          const why = illegal(point);
          if (why === undefined) points.push(point);
          else refused.push({ point, why });
        }
  return { points, refused };
}

/** As an input of the release. `256M`, the default of Cloud Functions, is no whole number of MiB. */
export function memoryText(memoryMib: number): string {
  const bytes = memoryMib * 2 ** 20;
  if (Number.isInteger(memoryMib)) return memoryMib % 1024 === 0 ? `${memoryMib / 1024}Gi` : `${memoryMib}Mi`;
  return bytes % 1e6 === 0 ? `${bytes / 1e6}M` : String(Math.round(bytes));
}

export const pointText = ({ cpu, memoryMib, concurrency, instances }: Point): string =>
  `${cpu} CPU, ${memoryText(memoryMib)}, concurrency ${concurrency}, ${instances} ${instances === 1 ? 'instance' : 'instances'}`;
