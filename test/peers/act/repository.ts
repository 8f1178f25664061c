import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { publishedTree } from './published-tree.ts';

/** A user's repository: the OCR function, its smoke suite and its objectives, at the paths that the examples name. */

const root = join(import.meta.dirname, '../../..');
const example = join(root, 'examples');

interface Manifest {
  name: string;
  version: string;
  dependencies: Record<string, string>;
}

const git = (folder: string, ...argv: string[]) =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=Mina', '-c', 'user.email=mina@example.com', ...argv]);

/**
 * A function that answers at once with this text. The sandbox needs no build for it. `failing` is the fraction of requests that
 * it answers with 500.
 */
export function cannedFunction(folder: string, text: string, failing = 0): void {
  mkdirSync(folder, { recursive: true });
  const good = { status: 200, body: { text } };
  const responses =
    failing > 0
      ? [
          { ...good, share: 1 - failing },
          { status: 500, share: failing },
        ]
      : [good];
  writeFileSync(join(folder, 'sandbox.json'), JSON.stringify({ startMs: 0, responses }));
  writeFileSync(
    join(folder, 'index.js'),
    `exports.ocr = (_, res) => res.json(${JSON.stringify({ text })});\n`,
  );
  writeFileSync(join(folder, 'package.json'), '{"name":"ocr","version":"1.0.0","main":"index.js"}');
}

/** A suite of one case that expects this text. */
export function cannedSuite(folder: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  cpSync(join(example, 'smoke/images/letter-en.png'), join(folder, 'letter.png'));
  const suite = `version: 1\ncases:\n  - name: letter\n    image: letter.png\n    expect: { text: ${JSON.stringify(text)} }\n`;
  writeFileSync(join(folder, 'backstay.smoke.yaml'), suite);
}

/** The function that really reads images, with its suite. */
export function realFunction(folder: string): void {
  const own = (path: string) => !path.includes('node_modules');
  cpSync(join(example, 'ocr-node'), folder, { recursive: true, filter: own });
}

/** An example in Python, without what a run on this machine has left in its folder. */
export function pythonExample(name: 'ocr-python' | 'ocr-container', folder: string): void {
  const own = (path: string) => !/tessdata|__pycache__|\.venv/.test(path.slice(example.length));
  cpSync(join(example, name), folder, { recursive: true, filter: own });
}

/** One case of the real suite: the text of one image. */
export function shortSuite(folder: string): void {
  cannedSuite(folder, readFileSync(join(example, 'smoke/images/letter-en.txt'), 'utf8').trim());
}

export function realSuite(folder: string): void {
  mkdirSync(folder, { recursive: true });
  cpSync(join(example, 'smoke/images'), join(folder, 'images'), { recursive: true });
  cpSync(join(example, 'smoke/backstay.smoke.yaml'), join(folder, 'backstay.smoke.yaml'));
}

/** A recording of a watch, as `docs` describes it. */
export function recording(folder: string): void {
  const poll = (t: number) => ({
    t,
    share: 0.5,
    candidate: { total: 500, bad: 0 },
    baseline: { total: 500, bad: 0 },
  });
  const polls = Array.from({ length: 12 }, (_, at) => poll(10 * (at + 1)));
  writeFileSync(join(folder, 'report.json'), JSON.stringify({ slo: 0.995, duration_seconds: 120, polls }));
}

export const objectives = (folder: string) =>
  cpSync(join(example, 'backstay.slo.yaml'), join(folder, 'backstay.slo.yaml'));

/** The first objective of the example, which every system can keep. */
export function availability(folder: string): void {
  const file = parseDocument(readFileSync(join(example, 'backstay.slo.yaml'), 'utf8'));
  if (!file.deleteIn(['spec', 'objectives', 1])) throw new Error('the example has one objective');
  writeFileSync(join(folder, 'backstay.slo.yaml'), file.toString());
}

/** The compiled pipeline of the example. */
export const pipeline = (folder: string) =>
  cpSync(join(example, 'pipeline/pipeline.yaml'), join(folder, 'pipeline.yaml'));

/** The rules and the dashboard that the command line writes from the repository's objectives. */
export function alerting(folder: string, at: string): void {
  const cli = join(root, 'dist/cli.js');
  execFileSync(process.execPath, [cli, 'slo', '--mode', 'generate', '--output-dir', at], { cwd: folder });
}

/** Commits an API of one operation that takes a key, whose backend is this URL, and a suite that goes through it. */
export function api(folder: string, backend: string): void {
  change(
    folder,
    'front.smoke.yaml',
    `version: 1
defaults: { request: { as: raw, path: /v1/ocr } }
cases:
  - name: English invoice
    image: images/invoice-en.png
    expect: { text_file: images/invoice-en.txt }
`,
  );
  change(
    folder,
    'openapi.yaml',
    `swagger: '2.0'
info: { title: ocr, version: '1' }
schemes: [https]
securityDefinitions:
  key: { type: apiKey, name: x-api-key, in: header }
security: [{ key: [] }]
x-google-backend: { address: '${backend}' }
paths:
  /v1/ocr:
    post: { operationId: ocr, responses: { '200': { description: The text } } }
`,
  );
}

/** A composite action of the user's own around the release. */
export function nested(folder: string): void {
  const at = join(folder, '.github/actions/ship');
  mkdirSync(at, { recursive: true });
  writeFileSync(
    join(at, 'action.yml'),
    `name: Ship
description: Releases one of our functions.
inputs:
  name: { description: Function, required: true }
  workload_identity_provider: { description: Provider, required: true }
  service_account: { description: Account, required: true }
outputs:
  outcome: { description: How it ended, value: '\${{ steps.release.outputs.outcome }}' }
runs:
  using: composite
  steps:
    - id: release
      uses: backstay-release/backstay@v1
      with:
        name: \${{ inputs.name }}
        region: us-central1
        source_dir: functions/ocr
        runtime: nodejs24
        entry_point: ocr
        smoke_suite: none
        canary: none
        slo: none
        duration: 1s
        workload_identity_provider: \${{ inputs.workload_identity_provider }}
        service_account: \${{ inputs.service_account }}
`,
  );
}

/** A copy of these actions inside the repository, as on a server that cannot reach github.com. */
export const vendoredActions = (folder: string) => publishedTree(join(folder, '.github/backstay'));

/** Commits everything in the folder as `acme/ocr`, the repository that the sandbox signs tokens for. */
export function commit(folder: string): string {
  git(folder, 'init', '-q', '-b', 'main');
  git(folder, 'remote', 'add', 'origin', 'https://github.com/acme/ocr');
  git(folder, 'add', '-A');
  git(folder, 'commit', '-q', '-m', 'The function');
  return folder;
}

/** Commits a change of one file. */
export function change(folder: string, file: string, text: string): void {
  mkdirSync(join(folder, file, '..'), { recursive: true });
  writeFileSync(join(folder, file), text);
  git(folder, 'add', '-A');
  git(folder, 'commit', '-q', '-m', `Change ${file}`);
}

/**
 * Gives the function of a folder packages that `npm ci` installs without a network: small ones beside it that load those of
 * this clone.
 */
export function vendored(folder: string): void {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const packages: Record<string, object> = {};
  for (const name of Object.keys(manifest.dependencies)) {
    const real = join(root, 'node_modules', name);
    const at = `vendor/${name}`;
    const { version } = JSON.parse(readFileSync(join(real, 'package.json'), 'utf8')) as Manifest;
    const bin = name.endsWith('functions-framework') ? { bin: { 'functions-framework': 'main.js' } } : {};
    mkdirSync(join(folder, at), { recursive: true });
    writeFileSync(join(folder, at, 'package.json'), JSON.stringify({ name, version, ...bin }));
    writeFileSync(join(folder, at, 'index.js'), `module.exports = require(${JSON.stringify(real)});\n`);
    if ('bin' in bin) {
      const start = `#!/usr/bin/env node\nrequire(${JSON.stringify(join(real, 'build/src/main.js'))});\n`;
      writeFileSync(join(folder, at, 'main.js'), start, { mode: 0o755 });
    }
    // The trained data are files, which the function reads from the package's folder.
    if (existsSync(join(real, '4.0.0_best_int')))
      symlinkSync(join(real, '4.0.0_best_int'), join(folder, at, '4.0.0_best_int'));
    packages[`node_modules/${name}`] = { resolved: at, link: true };
    packages[at] = { version, ...bin };
    manifest.dependencies[name] = `file:${at}`;
  }
  packages[''] = { name: manifest.name, version: manifest.version, dependencies: manifest.dependencies };
  const lock = {
    name: manifest.name,
    version: manifest.version,
    lockfileVersion: 3,
    requires: true,
    packages,
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
}
