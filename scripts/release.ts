/**
 * Cuts a release. `.github/workflows/publish.yml` runs these in turn, and docs/understand/versioning.md says what they do:
 *   plan              prints what the next release is, or why there cannot be one
 *   stage [--out DIR] makes everything that it consists of, and publishes nothing
 *   publish, pages    publish what was staged; with --dry-run only say what they would do
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Git } from './release/git.ts';
import { GitHub } from './release/github.ts';
import { publish, publishPages } from './release/publish.ts';
import { planOf, stage } from './release/stage.ts';

const root = resolve(import.meta.dirname, '..');
const [verb = '', ...flags] = process.argv.slice(2);
const at = flags.indexOf('--out');
const out = resolve(at >= 0 ? (flags[at + 1] ?? 'release') : 'release');
const { repository: source } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const repository = String(source).replace(/^github:/, '');

const prove = () => {
  execFileSync(process.execPath, [join(root, 'scripts/check.mjs')], { cwd: root, stdio: 'inherit' });
};
const pack = (folder: string) =>
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
  }).trim();
const settings = {
  ...{ root, out, remote: 'origin', dryRun: flags.includes('--dry-run') },
  github: new GitHub(repository),
  log: (line: string) => console.log(line),
};

function plan(): void {
  const { notes, ...rest } = planOf(new Git(root));
  console.log(JSON.stringify(rest, null, 2));
  console.log(notes);
  const file = process.env.GITHUB_OUTPUT;
  if (file)
    for (const [name, value] of Object.entries(rest))
      appendFileSync(file, `${name}=${Array.isArray(value) ? value.join(' ') : (value ?? '')}\n`);
}

const verbs: Record<string, () => void> = {
  plan,
  stage: () => console.log(JSON.stringify(stage({ root, out, repository }, { prove, pack }), null, 2)),
  publish: () => publish(settings),
  pages: () => publishPages(settings),
};

try {
  const run = verbs[verb];
  if (!run) throw new Error(`expected one of ${Object.keys(verbs).join(', ')}`);
  run();
} catch (error) {
  const { message, stderr } = error as Error & { stderr?: Buffer | string };
  console.error(`${message}${stderr ? `\n${stderr}` : ''}`);
  process.exitCode = 1;
}
