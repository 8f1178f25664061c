/** Sizes that Cloud Functions offers (cloud.google.com/functions/docs/configuring/memory), in MiB. */
const sizes = [128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768];

function mebibytes(text: string | undefined): number {
  const [, amount = '0', unit = 'M'] = /([\d.]+) ?([MG])/i.exec(text ?? '') ?? [];
  return Number(amount) * (unit.toUpperCase() === 'G' ? 1024 : 1);
}

/** The next size with a quarter of room above what was used, and above the present limit. */
export function nearestMemory(used: string | undefined, limit: string | undefined): string {
  const least = Math.max(mebibytes(used) * 1.25, mebibytes(limit) + 1);
  const size = sizes.find((candidate) => candidate >= least) ?? 32768;
  return size < 1024 ? `${size}Mi` : `${size / 1024}Gi`;
}
