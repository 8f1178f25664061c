import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCommandFile } from '../../../scripts/demo/command-file.ts';
import type { WarmGcloud } from '../repairs/warm-gcloud.ts';

/** google-github-actions/deploy-cloudrun@v3.0.1 as a runner starts it. `.ci/run` fetches its bundle. */

const folder = join(homedir(), '.cache/backstay-peers/deploy-cloudrun');
const bundle = join(folder, 'dist/main/index.js');

export const hasDeployCloudrun = (): boolean => existsSync(bundle);

/** The inputs that its action.yml declares. */
export const deployCloudrunManifest = (): string => readFileSync(join(folder, 'action.yml'), 'utf8');

const version = '528.0.0';

export interface CloudrunRun {
  code: number | null;
  log: string;
  outputs: Record<string, string>;
}

/** Runs the action with a gcloud that is loaded already. It finds that gcloud in the tool cache of its runner. */
export async function deployCloudrun(
  gcloud: WarmGcloud,
  inputs: Readonly<Record<string, string>>,
): Promise<CloudrunRun> {
  const at = mkdtempSync(join(tmpdir(), 'bs-cloudrun-'));
  const tools = join(at, 'tools');
  const file = join(at, 'output');
  writeFileSync(file, '');
  const cached = join(tools, 'gcloud', version, process.arch);
  const script = `mkdir -p '${cached}/bin'
cp "$(command -v gcloud)" '${cached}/bin/gcloud'
touch '${cached}.complete'
exec '${process.execPath}' '${bundle}'`;
  const env = {
    GITHUB_OUTPUT: file,
    GITHUB_PATH: join(at, 'path'),
    GITHUB_WORKSPACE: at,
    GITHUB_SHA: '7f3c9a1000000000000000000000000000000000',
    RUNNER_TOOL_CACHE: tools,
    RUNNER_TEMP: at,
    ...Object.fromEntries(
      Object.entries({ gcloud_version: version, ...inputs }).map(([name, value]) => [
        `INPUT_${name.toUpperCase()}`,
        value,
      ]),
    ),
  };
  writeFileSync(env.GITHUB_PATH, '');
  const ran = await gcloud.paste(script, at, env);
  return { code: ran.code, log: ran.output + ran.errors, outputs: readCommandFile(file) };
}
