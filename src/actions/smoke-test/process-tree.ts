import { readdir, readFile } from 'node:fs/promises';
import { envName } from '../../domain/product.ts';

/**
 * Everything that a command starts inherits this variable, even if it changes its process group or parent later. Its value is
 * the same for all processes of one command and different for every command.
 */
export const treeVariable = envName('COMMAND');

/** Ids of the running processes of a command. Read from /proc, so the list is empty on a system without it. */
export async function processesOf(treeId: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '');
    if (environment.split('\0').includes(`${treeVariable}=${treeId}`)) found.push(Number(name));
  }
  return found;
}

/** Sends a signal to all processes. A negative id is a process group. Returns whether any of them still runs. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals | 0): boolean {
  let any = false;
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
      any = true;
    } catch {
      // The process has already ended.
    }
  }
  return any;
}
