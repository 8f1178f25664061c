import { readdirSync, readlinkSync } from 'node:fs';

/** Regular files below a folder that a process has open, those without a name too. Empty on a system without /proc. */
export function openFilesBelow(folder: string, pid: string): string[] {
  return attempt(() => readdirSync(`/proc/${pid}/fd`), []).flatMap((descriptor) => {
    const target = attempt(() => readlinkSync(`/proc/${pid}/fd/${descriptor}`), '');
    return target.startsWith(`${folder}/`) ? [target] : [];
  });
}

function attempt<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    return otherwise;
  }
}
