import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { healthy, Stage } from './gallery/stage.ts';

/**
 * Measures what a release with all defaults costs: how long each stage takes, and how many calls of which API it makes.
 * It takes ten minutes, because the watch does. `npm run bench:release -- 50` lets users send 50 requests a second.
 */

const rps = Number(process.argv[2] ?? 20);
const defaults = {
  slo: '99.5%',
  canary: '5%,25%,50%',
  step_duration: '5m',
  duration: '10m',
  poll_interval: '10s',
  verify_duration: '1m',
};

interface Seen {
  api: string;
  method: string;
}

const stage = await Stage.open(mkdtempSync(join(tmpdir(), 'backstay-bench-')), ['--log-lag-ms', '5000']);
try {
  await stage.before();
  await stage.users(rps);
  await stage.sandbox.control('DELETE', '/requests');
  stage.source(healthy);
  const { report, seconds } = await stage.release({ inputs: defaults });
  const requests = (await stage.sandbox.control('GET', '/requests')) as Seen[];
  console.log(`${report?.outcome} after ${seconds.toFixed(0)} s, with ${rps} requests a second of users`);
  for (const { stage: name, seconds: took, note } of report?.timings ?? [])
    console.log(`  ${name.padEnd(14)} ${took.toFixed(1).padStart(6)} s  ${note ?? ''}`);
  // The users' calls, the smoke test and the probes go to the function; those of GitHub and of the upload are not Google's APIs.
  const calls = requests.filter(({ api }) => !['invoke', 'oidc', 'github', 'upload'].includes(api));
  const counts = new Map<string, number>();
  for (const { api, method } of calls)
    counts.set(`${api} ${method}`, (counts.get(`${api} ${method}`) ?? 0) + 1);
  console.log(`${calls.length} calls of Google's APIs`);
  for (const [what, count] of [...counts].sort(([, a], [, b]) => b - a))
    console.log(`  ${String(count).padStart(4)} ${what}`);
} finally {
  await stage.close();
}
