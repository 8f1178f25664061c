import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Programs that steps of an example find first, because the real ones need a network or containers. */

const root = join(import.meta.dirname, '../../..');

export const hasPython = (): boolean =>
  spawnSync('python3', ['-m', 'venv', '--help'], { timeout: 100_000 }).status === 0;

/** The packages of examples/ocr-python, where the sandbox has installed them for the function. */
export function pythonPackages(): string | undefined {
  const cache = join(process.env.SANDBOX_CACHE ?? join(homedir(), '.cache/backstay-sandbox'), 'python');
  const environments = existsSync(cache) ? readdirSync(cache) : [];
  return environments
    .flatMap((name) => {
      const lib = join(cache, name, 'lib');
      return existsSync(lib) ? readdirSync(lib).map((version) => join(lib, version, 'site-packages')) : [];
    })
    .find((folder) => existsSync(join(folder, 'tesserocr')) && existsSync(join(folder, 'gunicorn')));
}

const program = (path: string, text: string) => writeFileSync(path, text, { mode: 0o755 });

/** `npm pack` of the language data, from the packages of this clone. Anything else fails: the examples call no other npm. */
export function npmStandIn(folder: string): string {
  mkdirSync(folder, { recursive: true });
  program(
    join(folder, 'npm'),
    `#!/bin/sh
set -eu
[ "$1 $2" = "pack --silent" ] || { echo "npm: not here: $*" >&2; exit 1; }
name=\${3%@*}
archive=$(basename "$name").tgz
tar --transform='s,^\\.,package,' -C '${root}'/node_modules/"$name" -czf "$archive" .
echo "$archive"
`,
  );
  return folder;
}

/** `docker login` and `docker buildx build --push`, by a real crane. */
export function dockerStandIn(folder: string, crane: string, packages: string): string {
  mkdirSync(folder, { recursive: true });
  program(
    join(folder, 'docker'),
    `#!/bin/sh
CRANE='${crane}' PACKAGES='${packages}' exec '${process.execPath}' '${join(import.meta.dirname, 'docker.mjs')}' "$@"
`,
  );
  return folder;
}
