import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { objectOf, textMapOf, textOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { repositoryUrl } from '../../domain/product.ts';

export interface SandboxProcess {
  project: string;
  region: string;
  control: string;
  env: Record<string, string>;
  stop: () => void;
}

const startMs = 60_000;

/** Starts the sandbox of the clone around the working folder. It ends with this process, because it reads our pipe. */
export function startSandbox(
  cwd: string,
  quirks: readonly string[],
  signal: AbortSignal,
): Promise<SandboxProcess> {
  const root = cloneAround(cwd);
  if (root === undefined)
    throw new ReleaseError('request-invalid', {
      what: 'There is no sandbox here, because it is not part of the package.',
      fix: 'Run this inside a clone:',
      commands: [`git clone ${repositoryUrl}.git`],
    });
  const flags = quirks.flatMap((quirk) => ['--quirk', quirk]);
  const child = spawn(
    process.execPath,
    ['scripts/node24.mjs', 'sandbox/main.ts', '--until-stdin-ends', ...flags],
    { cwd: root, stdio: ['pipe', 'pipe', 'pipe'], signal },
  );
  return ready(child);
}

function ready(child: ChildProcess): Promise<SandboxProcess> {
  return new Promise((resolve, reject) => {
    let [text, said] = ['', ''];
    const fail = (why: string) =>
      reject(
        new ReleaseError('request-invalid', {
          what: `The sandbox did not start: ${why.trim().slice(0, 300)}`,
        }),
      );
    const timer = setTimeout(() => fail(`nothing came within ${startMs / 1000} s`), startMs);
    child.stderr?.on('data', (part: Buffer) => {
      said += part.toString();
    });
    child.on('error', (error) => fail(error.message));
    child.on('exit', () => fail(said));
    child.stdout?.on('data', (part: Buffer) => {
      text += part.toString();
      if (!text.includes('\n')) return;
      clearTimeout(timer);
      const found = objectOf(JSON.parse(text.split('\n', 1)[0] ?? ''));
      resolve({
        project: textOf(found.project) ?? '',
        region: textOf(found.region) ?? '',
        control: textOf(found.control) ?? '',
        env: textMapOf(found.env),
        stop: () => child.stdin?.end(),
      });
    });
  });
}

function cloneAround(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, 'sandbox/main.ts')) && existsSync(join(at, 'scripts/node24.mjs'))) return at;
    if (dirname(at) === at) return undefined;
  }
}
