/** Calls the sandbox with gcloud and with Google's Python, Node and Go clients: `npm run peers -- clients`. */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '../../../sandbox/index.ts';
import { commands, notServed } from './commands.ts';
import { hasGcloud, ownerEnvironment, ownerToken, type Ran, runAll, shell } from './gcloud.ts';

const packages = {
  python: ['google-cloud-logging', 'google-cloud-run', 'google-cloud-functions'],
  node: ['@google-cloud/functions', '@google-cloud/run', '@google-cloud/logging', '@google-cloud/monitoring'],
};
/** The clients are installed once a day into a folder that is kept. */
const kept = join(tmpdir(), 'bs-peer-clients');

function install(kind: 'python' | 'node'): boolean {
  const folder = join(kept, kind);
  if (existsSync(join(folder, 'complete'))) return true;
  mkdirSync(folder, { recursive: true });
  if (kind === 'node') writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const steps =
    kind === 'node'
      ? [['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages.node]]
      : [
          ['python3', '-m', 'venv', '.'],
          ['bin/pip', 'install', '-q', ...packages.python],
        ];
  for (const [program = '', ...rest] of steps)
    if (spawnSync(program, rest, { cwd: folder, stdio: 'inherit', timeout: 600_000 }).status !== 0)
      return false;
  writeFileSync(join(folder, 'complete'), '');
  return true;
}

/** Builds the program that calls the Go clients. Undefined if Go or its module proxy is missing. */
function goProgram(): string | undefined {
  const program = join(kept, 'go', 'calls');
  mkdirSync(join(kept, 'go'), { recursive: true });
  const cwd = join(import.meta.dirname, 'go');
  const built = spawnSync('go', ['build', '-o', program, '.'], { cwd, stdio: 'inherit', timeout: 600_000 });
  return built.status === 0 ? program : undefined;
}

const lines = (program: string, args: string[], env: NodeJS.ProcessEnv): Promise<Ran[]> =>
  new Promise((resolve) => {
    execFile(program, args, { env, timeout: 300_000, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      const ran = stdout
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => ({ output: '', ...(JSON.parse(line) as { call: string; error: string }) }));
      if (error) ran.push({ call: `${program} to its end`, error: stderr.slice(-600), output: '' });
      resolve(ran.map((each) => ({ ...each, error: each.error ?? undefined })));
    });
  });

const page = readFileSync(join(import.meta.dirname, '../../../docs/understand/sandbox.md'), 'utf8');
const excused = ({ call }: Ran) =>
  notServed.some(([command, why]) => command.test(call) && page.includes(why));

function report(client: string, ran: readonly Ran[]): void {
  const failed = ran.filter(({ error }) => error !== undefined);
  const wrong = failed.filter((each) => !excused(each));
  console.log(
    `${client}: ${ran.length - failed.length} of ${ran.length} calls worked` +
      (failed.length > wrong.length
        ? `; docs/understand/sandbox.md says why ${failed.length - wrong.length} do not`
        : ''),
  );
  for (const { call, error } of wrong) console.log(`  ${call}\n    ${error?.replaceAll('\n', '\n    ')}`);
  if (wrong.length > 0 || ran.length === 0) process.exitCode = 1;
}

const sandbox = await startSandbox({ buildMs: 20, trafficSettleMs: 20, logLagMs: 0 });
const home = mkdtempSync(join(tmpdir(), 'bs-clients-'));
try {
  const env = await ownerEnvironment(sandbox, home);
  const token = await ownerToken(sandbox);
  if (!hasGcloud())
    console.log('Skipped: gcloud is not installed, and it deploys what the other clients read.');
  else {
    report('gcloud', await runAll(commands(sandbox.project, sandbox.region), env, home));
    const deploy = commands(sandbox.project, sandbox.region).find((each) =>
      each.includes('functions deploy'),
    );
    await shell(deploy ?? '', env, home);
    const args = [sandbox.region, 'ocr', token];
    if (install('python'))
      report(
        'Python',
        await lines(join(kept, 'python/bin/python'), [join(import.meta.dirname, 'calls.py'), ...args], env),
      );
    else console.log('Skipped: the Python clients cannot be installed here.');
    if (install('node'))
      report(
        'Node',
        await lines(
          process.execPath,
          [join(import.meta.dirname, 'calls.mjs'), join(kept, 'node'), ...args],
          env,
        ),
      );
    else console.log('Skipped: the Node clients cannot be installed here.');
    const program = goProgram();
    if (program !== undefined) report('Go', await lines(program, args, env));
    else console.log('Skipped: the Go clients cannot be built here.');
  }
} finally {
  await sandbox.stop();
  rmSync(home, { recursive: true, force: true });
}
