/**
 * Runs gcloud and deploy-cloudrun@v3 on the sandbox, and compares what they send with clients.jsonl: `npm run peers -- recordings`.
 * `--write` writes a new clients.jsonl.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WarmGcloud } from '../repairs/warm-gcloud.ts';
import { hasDeployCloudrun } from './deploy-cloudrun.ts';
import { record } from './record.ts';
import type { Line } from './recorder.ts';

const file = join(import.meta.dirname, 'clients.jsonl');
/** Names that a client or the sandbox makes new each time. */
const words = ({ client, api, method, path }: Line) =>
  `${client}: ${method} ${api} ${path.replace(/[0-9a-f]{8}-?[0-9a-f-]{20,}|\d{6,}[\w.-]*|operation-[\w-]+|-\d{5}-[a-z]{3}/g, '*')}`;

if (!WarmGcloud.isHere() || !hasDeployCloudrun())
  console.log('Skipped: gcloud or the bundle of deploy-cloudrun is not installed here.');
else {
  const lines = await record();
  if (process.argv.includes('--write')) {
    writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    console.log(`wrote ${lines.length} requests`);
  } else {
    const committed = readFileSync(file, 'utf8').split('\n').filter(Boolean);
    const known = new Set(committed.map((line) => words(JSON.parse(line) as Line)));
    const fresh = lines.map(words).filter((line) => !known.has(line));
    console.log(`${lines.length - fresh.length} of ${lines.length} requests are as recorded`);
    for (const line of fresh) console.log(`  new: ${line}`);
    if (fresh.length > 0) process.exitCode = 1;
  }
}
