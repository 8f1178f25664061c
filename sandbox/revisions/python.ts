import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { appImage } from './app.ts';
import { type BuildRequest, failed } from './build-request.ts';
import type { Image } from './image.ts';
import { guardian, processOf } from './process.ts';
import { runProgram } from './run-program.ts';

/** Environments are kept from one sandbox to the next, because pip needs seconds for one. */
const cache = () => process.env.SANDBOX_CACHE ?? join(homedir(), '.cache', 'backstay-sandbox');

/** Google's buildpack adds the framework if requirements.txt does not have it. */
const framework = 'functions-framework';

const hasFramework = (requirements: string): boolean =>
  requirements.split('\n').some((line) => /^\s*functions[-_]framework\b/i.test(line));

async function python(request: BuildRequest, args: readonly string[], program = 'python3') {
  try {
    return await runProgram(program, args, {
      cwd: request.folder,
      signal: request.signal,
      onLine: request.onLine,
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw failed('this machine has no python3, which the sandbox needs to build a Python function');
  }
}

/** A virtual environment with the requirements of the source. One that another build has made already is used again. */
async function environment(request: BuildRequest, requirements: string): Promise<string> {
  const { tail: version } = await python(request, ['--version']);
  const wanted = hasFramework(requirements) ? requirements : `${requirements}\n${framework}\n`;
  const name = createHash('sha256').update(`${version}\n${wanted}`).digest('hex').slice(0, 24);
  const ready = join(cache(), 'python', name);
  if (existsSync(ready)) {
    request.onLine('The requirements are in the cache of this machine.');
    return ready;
  }
  const draft = `${ready}.${process.pid}-${Date.now()}`;
  mkdirSync(join(cache(), 'python'), { recursive: true });
  try {
    const made = await python(request, ['-m', 'venv', draft]);
    if (made.code !== 0) throw failed(`python3 -m venv: ${made.tail}`);
    const pip = join(draft, 'bin', 'python');
    const extra = hasFramework(requirements) ? [] : [framework];
    const file = requirements.trim() === '' ? [] : ['-r', 'requirements.txt'];
    const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
    const installed = await python(request, ['-m', 'pip', 'install', ...quiet, ...file, ...extra], pip);
    if (installed.code !== 0) throw failed(`${installed.tail}; Error ID: c84b3231`);
    renameSync(draft, ready);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Another build may have been first.
    if (!existsSync(ready)) throw error;
  }
  return ready;
}

/** Builds a Python function as Google's buildpack does: requirements.txt, the framework, and a look at the syntax. */
export async function buildPython(request: BuildRequest): Promise<Image> {
  const { folder, entryPoint, variables = {} } = request;
  const source = variables.GOOGLE_FUNCTION_SOURCE ?? 'main.py';
  if (entryPoint !== '' && !existsSync(join(folder, source)))
    throw failed(
      source === 'main.py'
        ? 'missing main.py and GOOGLE_FUNCTION_SOURCE not specified. Either create the function in main.py or specify GOOGLE_FUNCTION_SOURCE to point to the file that contains the function'
        : `GOOGLE_FUNCTION_SOURCE specified file "${source}" but it does not exist`,
    );
  const file = join(folder, 'requirements.txt');
  const place = await environment(request, existsSync(file) ? readFileSync(file, 'utf8') : '');
  const program = join(place, 'bin', 'python');
  if (entryPoint === '') return appImage(folder, 'gunicorn -b :$PORT main:app', `${join(place, 'bin')}:`);
  const checked = await python(request, ['-m', 'py_compile', source], program);
  if (checked.code !== 0) throw failed(`${checked.tail}; Error ID: 6d27ae84`);
  return {
    inline: undefined,
    instantiate: (options) =>
      processOf(
        {
          folder,
          argv: () => [
            guardian,
            program,
            '-m',
            'functions_framework',
            `--target=${entryPoint}`,
            `--source=${source}`,
          ],
          env: {
            PATH: `${join(place, 'bin')}:${process.env.PATH ?? ''}`,
            HOME: folder,
            PYTHONUNBUFFERED: '1',
            PYTHONDONTWRITEBYTECODE: '1',
            ...options.env,
            FUNCTION_TARGET: entryPoint,
            FUNCTION_SIGNATURE_TYPE: 'http',
          },
        },
        options,
      ),
  };
}
