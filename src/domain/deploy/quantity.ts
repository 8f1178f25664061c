/**
 * Memory and CPU as Cloud Functions takes them (Kubernetes quantities). The parsers throw an `Error` that says what is
 * expected.
 */

const unitBytes: Record<string, number> = {
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};

/**
 * Reads an amount such as `512Mi`, `1Gi` or `256M`. Like gcloud it also takes `512MB` and `1GiB`, and returns the form
 * that the API takes. A bare number is bytes.
 */
export function parseMemory(text: string): string {
  const match = /^(\d+(?:\.\d+)?)\s*(k|M|G|Ki|Mi|Gi)?[Bb]?$/.exec(
    text
      .trim()
      .replace(
        /^([\d.]+\s*)([mg])(i?)/i,
        (_, n: string, u: string, i: string) => n + u.toUpperCase() + i.toLowerCase(),
      ),
  );
  if (!match) throw new Error('expected an amount of memory such as 512Mi or 1Gi');
  return `${match[1]}${match[2] ?? ''}`;
}

/** Bytes of a quantity that `parseMemory` or the API returns. NaN if it is not a quantity. */
export function memoryBytes(quantity: string): number {
  const match = /^(\d+(?:\.\d+)?)(k|M|G|Ki|Mi|Gi)?$/.exec(quantity);
  return match ? Number(match[1]) * (match[2] ? (unitBytes[match[2]] ?? Number.NaN) : 1) : Number.NaN;
}

/** Reads a number of CPUs such as `1`, `0.583` or `2000m`. */
export function parseCpu(text: string): string {
  const value = text.trim();
  const match = /^(\d+(?:\.\d+)?)(m?)$/.exec(value);
  const cpus = match ? Number(match[1]) / (match[2] ? 1000 : 1) : Number.NaN;
  if (!(cpus > 0 && cpus <= 8))
    throw new Error('expected a number of CPUs from 0.08 to 8, such as 0.5, 1 or 2000m');
  return value;
}

/** CPUs of a quantity such as `1` or `583m`. */
export function cpuCount(quantity: string): number {
  return quantity.endsWith('m') ? Number(quantity.slice(0, -1)) / 1000 : Number(quantity);
}
