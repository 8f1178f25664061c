import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '../../../sandbox/index.ts';
import { ownerToken } from '../clients/gcloud.ts';
import { WarmGcloud } from '../repairs/warm-gcloud.ts';
import { deployCloudrun, hasDeployCloudrun } from './deploy-cloudrun.ts';
import { type Line, Recorder } from './recorder.ts';
import { calls, world } from './sessions.ts';

/** Runs every call with a real client, and returns what the clients sent. */
export async function record(): Promise<Line[]> {
  const sandbox = await startSandbox(world);
  const recorder = new Recorder(sandbox);
  const port = await recorder.start();
  const home = mkdtempSync(join(tmpdir(), 'bs-record-'));
  mkdirSync(join(home, 'src'));
  writeFileSync(join(home, 'src', 'package.json'), '{}');
  writeFileSync(join(home, 'src', 'sandbox.json'), '{"responses":[{"status":200,"body":{"ok":true}}]}');
  const token = join(home, 'token');
  writeFileSync(token, await ownerToken(sandbox));
  const gcloud = await WarmGcloud.start({
    ...sandbox.env,
    CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: token,
    CLOUDSDK_PROXY_PORT: String(port),
  });
  try {
    for (const call of calls) {
      if (call.inputs && !hasDeployCloudrun()) throw new Error('deploy-cloudrun is missing: see .ci/run');
      recorder.client = call.client;
      const ran = call.inputs
        ? await deployCloudrun(gcloud, call.inputs)
        : await gcloud.paste(call.gcloud ?? '', home);
      if (ran.code !== 0) throw new Error(`${call.client}: ${'log' in ran ? ran.log : ran.errors}`);
    }
    return condensed(recorder.lines);
  } finally {
    await gcloud.stop();
    await recorder.stop();
    await sandbox.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

/** Without the looks of a client that waits: of equal reads in a row, the last one. */
export const condensed = (lines: readonly Line[]): Line[] =>
  lines.filter((line, at) => {
    const next = lines[at + 1];
    return !(
      line.method === 'GET' &&
      next?.method === 'GET' &&
      next.path === line.path &&
      next.api === line.api &&
      next.client === line.client
    );
  });
