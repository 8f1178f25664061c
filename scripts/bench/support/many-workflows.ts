/** Workflows that all differ: each has jobs, steps, scripts with a call of gcloud, and a login. */
export const manyWorkflows = (count: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [
      `.github/workflows/release-${at}.yml`,
      `name: release ${at}
on:
  push: { branches: [main] }
permissions: {}
concurrency: { group: release-${at}, cancel-in-progress: false }
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@08eba0b27e820071cde6df949e0beb9ba4906955
      - run: |
          set -euo pipefail
          for part in a b c; do npm test --prefix "$part"; done
  release:
    needs: test
    runs-on: ubuntu-latest
    environment: prod
    timeout-minutes: 60
    permissions: { contents: read, id-token: write }
    env:
      REGION: europe-west${at % 10}
    steps:
      - uses: actions/checkout@08eba0b27e820071cde6df949e0beb9ba4906955
      - uses: google-github-actions/auth@08eba0b27e820071cde6df949e0beb9ba4906955
        with:
          workload_identity_provider: projects/1/locations/global/workloadIdentityPools/p/providers/q
          service_account: deploy-${at}@example.iam.gserviceaccount.com
      - run: |
          FLAGS=(--region "$REGION" --no-allow-unauthenticated)
          gcloud run deploy "service-${at}" --image "x:\${{ github.sha }}" "\${FLAGS[@]}"
`,
    ]),
  );

/**
 * A script for `--require` that writes, at the end of the process, its largest memory and its time on the processor. Linux tells the
 * largest memory of this program as VmHWM. The `maxRSS` of the process begins with what its parent had when it started it.
 */
export const peakScript = (file: string): string =>
  `process.on('exit', () => {
  const fs = require('node:fs');
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const status = fs.existsSync('/proc/self/status') ? fs.readFileSync('/proc/self/status', 'utf8') : '';
  const peak = Number(/^VmHWM:\\s*(\\d+) kB/m.exec(status)?.[1] ?? maxRSS);
  const usage = { mebibytes: peak / 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 };
  fs.writeFileSync(${JSON.stringify(file)}, JSON.stringify(usage));
});
`;

/**
 * Limits for V8 with which a process must come to its end. Without them, how much memory it takes is when V8 chooses to
 * collect, which depends on the machine. A process that needs more than these is ended by V8.
 */
export const smallHeap = ['--max-old-space-size=128', '--max-semi-space-size=16'] as const;
