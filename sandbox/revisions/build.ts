import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { appImage } from './app.ts';
import { type BuildRequest, failed, read } from './build-request.ts';
import { frameworkOf, installDependencies, linkDependencies, satisfiedHere } from './dependencies.ts';
import type { Image } from './image.ts';
import { InlineInstance, type InlineSpec, parseInline } from './inline.ts';
import { lockProblems } from './lock.ts';
import { preload, processOf } from './process.ts';
import { buildPython } from './python.ts';
import { extractZip, readZip, type ZipEntry, ZipError } from './zip.ts';

interface Package {
  main?: string;
  dependencies?: Record<string, string>;
  scripts?: Record<string, string>;
}

/** Builds a source into an image. Throws BuildError if the source is to blame. */
export async function build(request: BuildRequest): Promise<Image> {
  const entries = unzip(request.zip);
  const spec = entries.find(({ path }) => path === 'sandbox.json');
  if (spec) return inlineImage(read('sandbox.json', () => parseInline(spec.data().toString('utf8'))));
  const { runtime } = request;
  if (!/^(?:nodejs|python)/.test(runtime))
    throw failed(
      `this sandbox builds only Node.js and Python functions, not ${runtime}; a source with sandbox.json needs no build`,
    );
  mkdirSync(request.folder, { recursive: true });
  read('source', () => extractZip(entries, request.folder));
  if (runtime.startsWith('python')) return buildPython(request);
  const manifest = manifestOf(request.folder);
  if (request.entryPoint) await checkMain(request.folder, manifest);
  await dependencies(request, manifest);
  return request.entryPoint ? processImage(request) : appImage(request.folder, manifest.scripts?.start);
}

function unzip(zip: Buffer): ZipEntry[] {
  try {
    const entries = readZip(zip);
    if (entries.length === 0) throw new ZipError('it has no files');
    return entries;
  } catch (error) {
    if (error instanceof ZipError)
      throw failed(`the source is not usable: ${error.message}; Error ID: b0af31f4`);
    throw error;
  }
}

function inlineImage(spec: InlineSpec): Image {
  if (spec.buildFails) throw failed(spec.buildFails);
  return {
    inline: spec,
    instantiate: (options) => new InlineInstance(spec, options),
  };
}

function manifestOf(folder: string): Package {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return {};
  return read('package.json is not valid JSON', () => JSON.parse(readFileSync(file, 'utf8')) as Package);
}

/** The framework loads `main`, else index.js, else function.js. Like the buildpack, this checks that the file exists and parses. */
async function checkMain(folder: string, { main }: Package): Promise<void> {
  const candidates = main ? [main, `${main}.js`, join(main, 'index.js')] : ['index.js', 'function.js'];
  const file = candidates.find((candidate) => existsSync(join(folder, candidate)));
  if (!file) throw failed(`${main ?? 'function.js'} does not exist; Error ID: 5ca1fb8b`);
  const problem = await new Promise<string>((resolve) => {
    execFile(process.execPath, ['--check', file], { cwd: folder, timeout: 20_000 }, (error, _out, stderr) =>
      resolve(error ? stderr : ''),
    );
  });
  if (problem) throw failed(`${problem.trim().split('\n').slice(0, 6).join('\n')}; Error ID: 8af5c2d7`);
}

async function dependencies({ folder, signal, onLine }: BuildRequest, manifest: Package): Promise<void> {
  if (existsSync(join(folder, 'node_modules'))) return;
  const problems = read('package-lock.json is not valid JSON', () => lockProblems(folder, { ...manifest }));
  if (problems.length > 0)
    throw failed(
      'npm error code EUSAGE\nnpm error `npm ci` can only install packages when your package.json and package-lock.json or ' +
        `npm-shrinkwrap.json are in sync. Please update your lock file with \`npm install\` before continuing.\n${problems.join('\n')}; Error ID: beaf8772`,
    );
  if (satisfiedHere(manifest.dependencies ?? {})) {
    onLine('Every dependency is in the cache of this machine.');
    return linkDependencies(folder);
  }
  try {
    await installDependencies(folder, signal, onLine);
  } catch (error) {
    throw failed(`${(error as Error).message}; Error ID: beaf8772`);
  }
}

function processImage({ folder, entryPoint }: BuildRequest): Image {
  return {
    inline: undefined,
    instantiate: (options) =>
      processOf(
        {
          folder,
          argv: () => [...preload, frameworkOf(folder), `--target=${entryPoint}`, '--signature-type=http'],
          env: {
            PATH: process.env.PATH ?? '',
            HOME: folder,
            NODE_ENV: 'production',
            ...options.env,
            FUNCTION_TARGET: entryPoint,
            FUNCTION_SIGNATURE_TYPE: 'http',
          },
        },
        options,
      ),
  };
}
