/**
 * Code for the largest memory of the process that runs it, in MiB. Linux tells that of the program itself as VmHWM. The `maxRSS` of a
 * process begins with what its parent had when it started it.
 */
export const peakMebibytes = `(() => {
  const fs = process.getBuiltinModule('node:fs');
  const status = fs.existsSync('/proc/self/status') ? fs.readFileSync('/proc/self/status', 'utf8') : '';
  return Number(/^VmHWM:\\s*(\\d+) kB/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS) / 1024;
})()`;

/** A script for `--require` that writes, at the end of the process, its largest memory and its time on the processor. */
export const peakScript = (file: string): string =>
  `process.on('exit', () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const usage = { mebibytes: ${peakMebibytes}, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 };
  require('node:fs').writeFileSync(${JSON.stringify(file)}, JSON.stringify(usage));
});
`;

/**
 * Limits for V8 with which a process must come to its end. Without them, how much memory it takes is when V8 chooses to
 * collect, which depends on the machine. A process that needs more than these is ended by V8.
 */
export const smallHeap = ['--max-old-space-size=128', '--max-semi-space-size=16'] as const;
