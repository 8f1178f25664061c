import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** The path of a real gcloud on this machine. Undefined if there is none. */
export function findGcloud(): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, 'gcloud');
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {}
  }
  return undefined;
}

export interface GcloudRun {
  code: number | null;
  output: string;
}

/** Runs gcloud with the sandbox's environment and a configuration of its own. Uses no setting of this machine. */
export async function runGcloud(
  gcloud: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<GcloudRun> {
  const home = mkdtempSync(join(tmpdir(), 'bs-gcloud-'));
  try {
    const child = spawn(gcloud, [...args], {
      env: {
        PATH: process.env.PATH ?? '',
        HOME: home,
        CLOUDSDK_CONFIG: join(home, 'config'),
        CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    return { code, output };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
