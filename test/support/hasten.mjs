// Loaded with --import. The steady clock of the process runs HASTE times as fast, and its waits are as much shorter. Sockets and their
// limits keep their speed, so nothing that answers within a second is late.
import { createRequire, syncBuiltinESMExports } from 'node:module';

const haste = Number(process.env.HASTE ?? 1);
const timers = createRequire(import.meta.url)('node:timers/promises');
const { setTimeout } = timers;
timers.setTimeout = (milliseconds, ...rest) => setTimeout(milliseconds / haste, ...rest);
syncBuiltinESMExports();

const now = performance.now.bind(performance);
const begin = now();
performance.now = () => begin + (now() - begin) * haste;
