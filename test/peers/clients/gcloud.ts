import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from '../../../sandbox/index.ts';

export const hasGcloud = (): boolean =>
  spawnSync('gcloud', ['version', '--format=value(core)'], { timeout: 60_000 }).status === 0;

export interface Ran {
  /** The command as a user would type it. */
  call: string;
  error: string | undefined;
  output: string;
}

const root = join(import.meta.dirname, '../../..');

/** An access token of the project's owner, with which an administrator follows the documentation. */
export async function ownerToken({ control }: Sandbox): Promise<string> {
  const answer = await fetch(`${control}/tokens`, {
    method: 'POST',
    body: JSON.stringify({ member: 'user:owner@example.com' }),
  });
  return ((await answer.json()) as { accessToken: string }).accessToken;
}

/** The environment of an administrator's shell: the sandbox's own for gcloud, and the owner's token. */
export async function ownerEnvironment(sandbox: Sandbox, home: string): Promise<NodeJS.ProcessEnv> {
  const token = join(home, 'owner-token');
  writeFileSync(token, await ownerToken(sandbox));
  mkdirSync(join(home, 'src'), { recursive: true });
  writeFileSync(join(home, 'src', 'package.json'), '{}');
  writeFileSync(join(home, 'src', 'sandbox.json'), '{"responses":[{"status":200,"body":{"ok":true}}]}');
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    ...sandbox.env,
    CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: token,
    CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
  };
}

export const shell = (command: string, env: NodeJS.ProcessEnv, cwd: string): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(
      'bash',
      ['--norc', '-euo', 'pipefail', '-c', command],
      { env, cwd, timeout: 180_000 },
      (error, stdout, stderr) =>
        resolve({
          call: command,
          output: stdout,
          error: error ? (stderr.trim() || String(error)).slice(-600) : undefined,
        }),
    );
  });

/** The blocks for a shell in the README of `auth`, below "Three set-ups", without the one that asks GitHub. */
export function documentedSetUp(project: string, region: string): string[] {
  const text = readFileSync(join(root, 'actions/auth/README.md'), 'utf8');
  const part = text.slice(text.indexOf('## Three set-ups')).split(/\n## /, 1)[0] as string;
  return [...part.matchAll(/```shell\n([\s\S]*?)```/g)]
    .map(([, block = '']) => block)
    .filter((block) => block.includes('gcloud '))
    .map((block) =>
      block
        .replace('PROJECT=my-project', `PROJECT=${project}`)
        .replaceAll('--region=europe-west1', `--region=${region}`),
    );
}

/** Runs commands in order. `$NAME` stands for what an earlier `NAME=$(...)` printed. */
export async function runAll(
  commands: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<Ran[]> {
  const known: NodeJS.ProcessEnv = { ...env };
  const ran: Ran[] = [];
  for (const command of commands) {
    const [, name, inner] = /^(\w+)=\$\((.*)\)$/.exec(command) ?? [];
    const result = await shell(inner ?? command, known, cwd);
    if (name) known[name] = result.output.trim().split('\n')[0] ?? '';
    ran.push({ ...result, call: inner ?? command });
  }
  return ran;
}
