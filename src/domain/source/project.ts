import { type JsonObject, objectOf, textOf } from '../data/json.ts';
import { quoted } from '../data/shell.ts';
import { lockGaps } from './lock.ts';

/** What the upload holds of the files that Google's builders need. */
export interface ProjectFacts {
  /** Top files that the builders look for, and the file that package.json names as main, as far as they are uploaded. */
  uploaded: readonly string[];
  /** Those that exist and are left out: the path, the rules, and the command that uploads it and nothing beside its folder. */
  leftOut: readonly { path: string; rules: string; command?: string | undefined }[];
  packageJson?: JsonObject | undefined;
  /** The lock file that npm reads, if it is uploaded beside package.json. */
  lock?: { path: string; content: JsonObject } | undefined;
}

export interface ProjectProblem {
  /** The build certainly fails. Otherwise it may. */
  isSure: boolean;
  what: string;
  fix: string;
  commands?: readonly string[];
}

/** The builders of a language need at least one of these files in the top folder (gcloud's source_util.py, and Google's builders). */
export const neededFiles: Readonly<Record<string, readonly string[]>> = {
  nodejs: ['package.json'],
  python: ['main.py'],
  go: ['go.mod'],
  php: ['index.php'],
  ruby: ['app.rb'],
};

/** Other lock files: with one of them, the builders do not run npm. */
export const otherLocks = ['yarn.lock', 'pnpm-lock.yaml', 'bun.lock', 'bun.lockb'] as const;

/** The paths that may be the main file of a Node.js project, in the order in which Node.js tries them. */
export function mainFiles(packageJson: JsonObject): string[] {
  const main = textOf(packageJson.main)
    ?.replace(/^(\.?\/)+/, '')
    .replace(/\/+$/, '');
  if (!main || main === '.') return ['index.js', 'function.js'];
  return [main, `${main}.js`, `${main}.json`, `${main}/index.js`];
}

/**
 * What the build would stumble over.
 * @param source GOOGLE_FUNCTION_SOURCE, which names another main file
 * @param folder the source folder, as seen from where a reader pastes a command
 */
export function projectProblems(
  facts: ProjectFacts,
  runtime: string,
  source?: string,
  folder = '.',
): ProjectProblem[] {
  const language = runtime.replace(/\d+$/, '');
  const needed = neededFiles[language] ?? [];
  const problems: ProjectProblem[] = [];
  const isThere = needed.some((path) => facts.uploaded.includes(path));
  if (!isThere && needed.length > 0 && (source === undefined || language === 'nodejs'))
    problems.push(missing(facts, needed, `The builders of ${runtime} need ${needed.join(' or ')}`));
  if (language !== 'nodejs' || !facts.packageJson) return problems;
  if (source === undefined) problems.push(...mainProblems(facts, facts.packageJson));
  return [...problems, ...lockProblems(facts, facts.packageJson, folder)];
}

function missing(facts: ProjectFacts, paths: readonly string[], need: string): ProjectProblem {
  const left = facts.leftOut.find(({ path }) => paths.includes(path));
  if (!left)
    return { isSure: false, what: `${need}, which is not in the source folder.`, fix: 'Check source_dir.' };
  return {
    isSure: true,
    what: `${need}, and ${left.rules} leaves ${left.path} out of the upload.`,
    ...repairOf(left),
  };
}

const repairOf = ({
  path,
  command,
}: ProjectFacts['leftOut'][number]): Pick<ProjectProblem, 'fix' | 'commands'> =>
  command
    ? { fix: 'Upload it:', commands: [command] }
    : { fix: `Change the line of the ignore file that leaves ${path} out.` };

function mainProblems(facts: ProjectFacts, packageJson: JsonObject): ProjectProblem[] {
  const files = mainFiles(packageJson);
  if (files.some((path) => facts.uploaded.includes(path))) return [];
  const main = textOf(packageJson.main);
  const named = main
    ? `package.json names ${main} as main`
    : 'package.json names no main file, so Node.js loads index.js';
  const left = facts.leftOut.find(({ path }) => files.includes(path));
  const script = buildScript(packageJson);
  if (!left) {
    return script === undefined
      ? [
          {
            isSure: false,
            what: `${named}, which is not in the source folder.`,
            fix: 'Build it before this step, or correct main.',
          },
        ]
      : [];
  }
  const what = `${named}, and ${left.rules} leaves ${left.path} out of the upload.`;
  if (script === undefined) return [{ isSure: true, what, ...repairOf(left) }];
  const { fix, commands } = repairOf(left);
  return [
    {
      isSure: false,
      what: `${what} So the build on Google Cloud has to make it: it runs "${script.name}"${script.lacks ? `, but ${script.lacks} is not among the dependencies of package.json, so ${script.tool} will not be found` : ''}.`,
      fix: commands ? `To upload the file that is here instead:` : fix,
      ...(commands ? { commands } : {}),
    },
  ];
}

/** Packages of the tools that build scripts often call. */
const toolPackages: Readonly<Record<string, string>> = {
  tsc: 'typescript',
  esbuild: 'esbuild',
  tsup: 'tsup',
  webpack: 'webpack',
  rollup: 'rollup',
  vite: 'vite',
  swc: '@swc/cli',
  ncc: '@vercel/ncc',
};

/** The script that Google's builders run, which may make the main file. */
function buildScript(packageJson: JsonObject): { name: string; tool: string; lacks?: string } | undefined {
  const scripts = objectOf(packageJson.scripts);
  for (const name of ['gcp-build', 'build', 'postinstall', 'prepare', 'install']) {
    const script = textOf(scripts[name]);
    if (script === undefined) {
      // An empty gcp-build switches the build off.
      if (name === 'gcp-build' && name in scripts) return undefined;
      continue;
    }
    const tool = script.trim().split(/\s+/)[0] ?? '';
    const needs = toolPackages[tool];
    const known = { ...objectOf(packageJson.dependencies), ...objectOf(packageJson.devDependencies) };
    return { name, tool, ...(needs !== undefined && !(needs in known) ? { lacks: needs } : {}) };
  }
  return undefined;
}

function lockProblems(facts: ProjectFacts, packageJson: JsonObject, folder: string): ProjectProblem[] {
  if (!facts.lock) return [];
  const { path, content } = facts.lock;
  const gaps = lockGaps(packageJson, content);
  if (gaps.length === 0) return [];
  const names = gaps
    .slice(0, 5)
    .map(({ name, wanted, locked }) => `${name} ${wanted}${locked ? ` (locked: ${locked})` : ''}`);
  return [
    {
      isSure: true,
      what: `${path} does not fit package.json: ${names.join(', ')}${gaps.length > 5 ? ` and ${gaps.length - 5} more` : ''}. The build runs npm ci, which refuses that.`,
      fix: 'Bring the lock file up to date, and commit it:',
      commands: [`npm --prefix ${quoted(folder)} install --package-lock-only`],
    },
  ];
}
