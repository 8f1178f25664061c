import { cpuRow, cpuTable } from '../deploy/cpu-table.ts';
import { cpuCount, memoryBytes } from '../deploy/quantity.ts';

/**
 * What Cloud Run allows for an instance. Cloud Functions checks most of it only after the build.
 * https://cloud.google.com/functions/docs/configuring/memory
 */

const MiB = 2 ** 20;
const GiB = 2 ** 30;

const whole = [1, 2, 4, 6, 8];

/** Least memory of a function. The decimal size, so that Google's own `128M` passes. */
const leastMemory = 128e6;
const mostMemory = 32 * GiB;

/** The CPU that a function gets for its memory if the user sets none. */
const bought: readonly [most: number, cpu: number][] = [
  [128 * MiB, 0.083],
  [256 * MiB, 0.167],
  [512 * MiB, 0.333],
  [GiB, 0.583],
  [2 * GiB, 1],
  [8 * GiB, 2],
];

/** The rules below, for the page that explains them. */
export const sizeRules: readonly string[] = [
  'memory from 128Mi to 32Gi. A number without a unit is bytes.',
  'cpu from 0.08 to 1, or 2, 4, 6 or 8.',
  'less than 1 CPU, also the CPU that comes with up to 1Gi of memory, allows one request at a time.',
  ...cpuTable.map(({ cpu, least, most }) =>
    cpu < 1
      ? `from ${cpu} CPU: at most ${sizeText(most)} of memory.`
      : `${cpu} CPU: ${least > 0 ? `from ${sizeText(least)} ` : ''}up to ${sizeText(most)} of memory.`,
  ),
  'min_instance_count at most max_instance_count.',
];

function sizeText(bytes: number): string {
  return bytes < GiB ? `${bytes / MiB}Mi` : `${bytes / GiB}Gi`;
}

/** One size of an instance; what is absent was not set. */
export interface InstanceSize {
  memory?: string | undefined;
  cpu?: string | undefined;
  concurrency?: number | undefined;
  min?: number | undefined;
  max?: number | undefined;
}

export type SizeProblem =
  | { problem: 'memory_too_small'; memory: string; meant: string | undefined }
  | { problem: 'memory_too_large'; memory: string }
  | { problem: 'cpu_unknown'; cpu: string }
  | { problem: 'cpu_below_one'; cpu: string; concurrency: number; derived: boolean }
  | { problem: 'memory_needs_cpu'; memory: string; cpu: string; least: number }
  | { problem: 'cpu_needs_memory'; memory: string; cpu: string; least: string }
  | { problem: 'min_above_max'; min: number; max: number };

/**
 * What Google would refuse. `asked` is what the user sets, `live` is what the function has.
 * @param derivesCpu false for Cloud Run, which gives 1 CPU where none is set; Cloud Functions derives it from the memory
 */
export function sizeProblems(
  asked: InstanceSize,
  live: InstanceSize | undefined,
  derivesCpu = true,
): SizeProblem[] {
  return [
    ...memoryProblems(asked),
    ...cpuProblems(asked),
    ...pairProblems(asked, live),
    ...concurrencyProblems(asked, live, derivesCpu),
    ...countProblems(asked, live),
  ];
}

function memoryProblems({ memory }: InstanceSize): SizeProblem[] {
  if (memory === undefined) return [];
  const bytes = memoryBytes(memory);
  if (bytes > mostMemory) return [{ problem: 'memory_too_large', memory }];
  if (!(bytes < leastMemory)) return [];
  // A number without a unit is bytes, but 512 is hardly ever meant as 512 bytes.
  const meant = /^\d+$/.test(memory) && bytes >= 128 && bytes <= 32768 ? `${memory}Mi` : undefined;
  return [{ problem: 'memory_too_small', memory, meant }];
}

function cpuProblems({ cpu }: InstanceSize): SizeProblem[] {
  if (cpu === undefined) return [];
  const count = cpuCount(cpu);
  return (count >= 0.08 && count < 1) || whole.includes(count) ? [] : [{ problem: 'cpu_unknown', cpu }];
}

/**
 * Memory and CPU together. If the user sets only the memory, Google may choose another CPU, so nothing is known then.
 */
function pairProblems(asked: InstanceSize, live: InstanceSize | undefined): SizeProblem[] {
  const { cpu } = asked;
  const memory = asked.memory ?? live?.memory;
  if (cpu === undefined || memory === undefined || cpuProblems(asked).length > 0) return [];
  const count = cpuCount(cpu);
  const bytes = memoryBytes(memory);
  const row = cpuRow(count);
  if (!row || Number.isNaN(bytes) || bytes > mostMemory) return [];
  if (bytes > row.most) {
    const least = cpuTable.find(({ most }) => bytes <= most)?.cpu ?? 8;
    return [{ problem: 'memory_needs_cpu', memory, cpu, least }];
  }
  if (bytes < row.least && bytes >= leastMemory)
    return [{ problem: 'cpu_needs_memory', memory, cpu, least: `${row.least / GiB}Gi` }];
  return [];
}

function concurrencyProblems(
  asked: InstanceSize,
  live: InstanceSize | undefined,
  derivesCpu: boolean,
): SizeProblem[] {
  const concurrency = asked.concurrency ?? live?.concurrency ?? 1;
  if (concurrency <= 1) return [];
  if (asked.cpu !== undefined) {
    const below = cpuCount(asked.cpu) < 1;
    return below ? [{ problem: 'cpu_below_one', cpu: asked.cpu, concurrency, derived: false }] : [];
  }
  if (asked.concurrency === undefined && asked.memory === undefined) return [];
  if (!derivesCpu) {
    const { cpu = '1' } = live ?? {};
    return cpuCount(cpu) < 1 ? [{ problem: 'cpu_below_one', cpu, concurrency, derived: false }] : [];
  }
  // The CPU follows from the memory. An update may also keep the live CPU, so both must be below 1.
  const memory = asked.memory ?? live?.memory ?? '256M';
  const derived = cpuFor(memoryBytes(memory));
  const kept = live?.cpu === undefined ? derived : cpuCount(live.cpu);
  if (!(derived < 1 && kept < 1)) return [];
  return [{ problem: 'cpu_below_one', cpu: String(derived), concurrency, derived: true }];
}

const cpuFor = (bytes: number): number => bought.find(([most]) => bytes <= most)?.[1] ?? 4;

function countProblems(asked: InstanceSize, live: InstanceSize | undefined): SizeProblem[] {
  if (asked.min === undefined && asked.max === undefined) return [];
  const min = asked.min ?? live?.min ?? 0;
  // 0 means Google's own limit.
  const max = asked.max ?? live?.max ?? 0;
  return max > 0 && min > max ? [{ problem: 'min_above_max', min, max }] : [];
}
