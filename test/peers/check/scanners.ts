import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { foreignTool } from '../../support/find-program.ts';
import type { Variant } from './corpus.ts';

/** Scanners of others, each run once on all folders. */

export interface Seen {
  folder: string;
  /** The scanner's own name of what it reports. */
  id: string;
}

export interface Scanner {
  name: 'zizmor' | 'actionlint' | 'Checkov';
  version: string;
  run(root: string, variants: readonly Variant[]): Seen[];
}

/** `public-flag/bad-2` of any path below it. */
const folderOf = (path: string): string => path.split('/').slice(0, 2).join('/');

function output(program: string, argv: readonly string[], cwd: string): string {
  const { stdout, stderr, error } = spawnSync(program, argv, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: 900_000,
  });
  if (error || stdout === '') throw new Error(`${program} said nothing: ${error?.message ?? stderr}`);
  return stdout;
}

const versionOf = (program: string, ...argv: string[]): string =>
  /\d+\.\d+\.\d+/.exec(spawnSync(program, argv, { encoding: 'utf8' }).stdout ?? '')?.[0] ?? 'unknown';

interface ZizmorFinding {
  ident: string;
  locations: { symbolic: { key: { Local?: { verbatim_path?: string; given_path?: string } } } }[];
}

function zizmor(program: string): Scanner {
  return {
    name: 'zizmor',
    version: versionOf(program, '--version'),
    run(root, variants) {
      const folders = variants.filter(hasWorkflow).map(({ folder }) => folder);
      const argv = [
        '--offline',
        '--no-config',
        '--no-exit-codes',
        '--format',
        'json',
        '--persona',
        'auditor',
      ];
      const found = JSON.parse(output(program, [...argv, ...folders], root)) as ZizmorFinding[];
      return found.flatMap(({ ident, locations }) =>
        locations.flatMap(({ symbolic }) => {
          const { verbatim_path, given_path } = symbolic.key.Local ?? {};
          const path = verbatim_path ?? given_path;
          return path === undefined ? [] : [{ folder: folderOf(path.replace(/^\.\//, '')), id: ident }];
        }),
      );
    },
  };
}

function actionlint(program: string): Scanner {
  return {
    name: 'actionlint',
    version: versionOf(program, '-version'),
    run(root, variants) {
      const files = variants.flatMap((one) => workflowsOf(one).map((path) => `${one.folder}/${path}`));
      // Shellcheck and pyflakes are not installed everywhere.
      const argv = ['-format', '{{json .}}', '-shellcheck=', '-pyflakes=', ...files];
      const found = JSON.parse(output(program, argv, root)) as { filepath: string; kind: string }[];
      return found.map(({ filepath, kind }) => ({ folder: folderOf(filepath), id: kind }));
    },
  };
}

interface CheckovResult {
  results?: { failed_checks: { check_id: string; file_abs_path: string }[] };
}

function checkov(program: string): Scanner {
  return {
    name: 'Checkov',
    version: versionOf(program, '--version'),
    run(root) {
      const frameworks = ['terraform', 'github_actions', 'openapi', 'secrets', 'kubernetes', 'dockerfile'];
      const argv = ['--directory', root, '--output', 'json', '--quiet', '--compact', '--soft-fail'];
      const whole = JSON.parse(
        output(program, [...argv, '--framework', ...frameworks, '--skip-download'], root),
      ) as CheckovResult | CheckovResult[];
      return [whole].flat().flatMap(({ results }) =>
        (results?.failed_checks ?? []).map(({ check_id, file_abs_path }) => ({
          folder: folderOf(relative(root, file_abs_path)),
          id: check_id,
        })),
      );
    },
  };
}

const workflowsOf = ({ files }: Variant): string[] =>
  Object.keys(files).filter((path) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path));
const hasWorkflow = (one: Variant): boolean => workflowsOf(one).length > 0;

export const checkovVersion = '3.3.30';
const peers = join(homedir(), '.cache/backstay-peers');

/** Checkov has many dependencies, so it gets an environment of its own. Undefined if it cannot be installed. */
function installedCheckov(): string | undefined {
  const environment = join(peers, 'checkov');
  const program = join(environment, 'bin/checkov');
  if (existsSync(program)) return program;
  mkdirSync(peers, { recursive: true });
  const quiet = { stdio: 'ignore', timeout: 900_000 } as const;
  spawnSync('python3', ['-m', 'venv', environment], quiet);
  const pip = join(environment, 'bin/pip');
  if (existsSync(pip))
    spawnSync(
      pip,
      ['install', '--quiet', '--disable-pip-version-check', `checkov==${checkovVersion}`],
      quiet,
    );
  return existsSync(program) && readdirSync(environment).length > 0 ? program : undefined;
}

/** The scanners that are here, and the names of those that are not. */
export function scanners({ install }: { install: boolean }): { found: Scanner[]; missing: string[] } {
  const own = { zizmor: foreignTool('zizmor'), actionlint: foreignTool('actionlint') };
  const other = install ? installedCheckov() : undefined;
  const found = [
    ...(own.zizmor ? [zizmor(own.zizmor)] : []),
    ...(own.actionlint ? [actionlint(own.actionlint)] : []),
    ...(other ? [checkov(other)] : []),
  ];
  const missing = ['zizmor', 'actionlint', ...(install ? ['Checkov'] : [])].filter(
    (name) => !found.some((one) => one.name === name),
  );
  return { found, missing };
}
