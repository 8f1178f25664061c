/**
 * The memory that an instance of Cloud Run may have with a number of CPUs.
 * https://cloud.google.com/run/docs/configuring/services/cpu ("vCPU and memory table", read in 2026-11)
 */

const MiB = 2 ** 20;
const GiB = 2 ** 30;

/** The CPUs that the table has, each with the memory that it can have, in bytes. Below 1, each limit holds from that CPU on. */
export const cpuTable: readonly { cpu: number; least: number; most: number }[] = [
  { cpu: 0.08, least: 0, most: 512 * MiB },
  { cpu: 0.5, least: 0, most: GiB },
  { cpu: 1, least: 0, most: 4 * GiB },
  { cpu: 2, least: 0, most: 8 * GiB },
  { cpu: 4, least: 2 * GiB, most: 16 * GiB },
  { cpu: 6, least: 4 * GiB, most: 24 * GiB },
  { cpu: 8, least: 4 * GiB, most: 32 * GiB },
];

/** The last row that begins at no more than this CPU. Undefined below the first. */
export const cpuRow = (cpu: number) => cpuTable.findLast((row) => row.cpu <= cpu);
