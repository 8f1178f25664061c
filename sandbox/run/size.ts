import type { Size } from '../revisions/landscape.ts';
import type { RevisionSettings } from './model.ts';

/** Memory that each CPU may have, in MiB (cloud.google.com/run/docs/configuring/services/cpu, "vCPU and memory table"). */
const memoryOf: readonly [cpu: number, least: number, most: number][] = [
  [0.08, 128, 512],
  [0.5, 128, 1024],
  [1, 128, 4096],
  [2, 128, 8192],
  [4, 2048, 16_384],
  [6, 4096, 24_576],
  [8, 4096, 32_768],
];
const perMiB: Record<string, number> = { k: 1e3, M: 1e6, G: 1e9, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 };

/** `500m` is half a CPU. */
export const cpus = (text: string): number => Number.parseFloat(text) / (text.endsWith('m') ? 1000 : 1);

const mebibytesOf = (memory: string): number => {
  const [, number = '0', unit = ''] = /^([\d.]+)(\w*)$/.exec(memory) ?? [];
  return (Number(number) * (perMiB[unit] ?? 1)) / 2 ** 20;
};

/** What an instance has, in numbers. */
export const sizeOf = ({ cpu, memory, concurrency, maxInstances }: RevisionSettings): Size => ({
  cpu: cpus(cpu),
  memoryMib: mebibytesOf(memory),
  concurrency,
  instances: maxInstances,
});

export interface SizeProblem {
  /** The field in the form of v1, such as `spec.template.spec.containers.resources.limits.cpu`. */
  field: string;
  why: string;
}

const limits = 'spec.template.spec.containers.resources.limits';

/** Fewer than one CPU serves one request at a time. */
export function concurrencyProblem({ concurrency, cpu }: RevisionSettings): SizeProblem | undefined {
  if (concurrency <= 1 || cpus(cpu) >= 1) return undefined;
  return {
    field: `${limits}.cpu`,
    why: 'Invalid value specified for cpu. Total cpu < 1 is not supported with concurrency > 1.',
  };
}

/**
 * What Cloud Run refuses about instances, CPU and memory.
 * @param ownCpu false if Cloud Functions chooses a CPU that fits
 */
export function sizeProblem(
  { memory, cpu, minInstances, maxInstances }: RevisionSettings,
  ownCpu = true,
): SizeProblem | undefined {
  if (maxInstances > 0 && minInstances > maxInstances)
    return {
      field: 'spec.template.metadata.annotations',
      why: `minScale ${minInstances} is above maxScale ${maxInstances}.`,
    };
  if (!ownCpu) return undefined;
  const mebibytes = mebibytesOf(memory);
  const count = cpus(cpu);
  const row = memoryOf.findLast(([least]) => least <= count);
  if (!row || (count > 1 && row[0] !== count))
    return { field: `${limits}.cpu`, why: `Invalid value specified for cpu: ${cpu}.` };
  const [, least, most] = row;
  // 128M, in decimal, is a size that Cloud Functions offers itself.
  if (mebibytes >= (least === 128 ? 122 : least) && mebibytes <= most) return undefined;
  return {
    field: `${limits}.memory`,
    why: `Invalid value specified for memory. For ${cpu} CPU, memory must be between ${least}Mi and ${most}Mi inclusive.`,
  };
}
