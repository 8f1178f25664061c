import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jobMinutes, longestRelease, totalSeconds } from '../../src/domain/release/longest.ts';
import type { ActionName } from '../../src/domain/report/report.ts';
import { spanText } from '../../src/domain/text/span.ts';
import { type Fixed, inputLines, outputLines, secretLines, withLines } from './tables/call.ts';
import { fillLines, fillPage } from './tables/fill.ts';
import { standardRelease } from './tables/standard-release.ts';

const root = join(import.meta.dirname, '..', '..');

/** A workflow that other repositories call, and what it does itself with inputs of the action. */
interface Callable {
  file: string;
  action: ActionName;
  /** Makes the file from the whole text of another one, instead of filling its own. */
  from?: { file: string; change: (text: string) => string };
  /** Inputs of the action that the workflow sets and its callers do not. */
  fixed: Fixed;
}

/** The jobs of these workflows may not write into a pull request: a caller that grants less could not start them. */
const noComment: Fixed = { comment: undefined, comment_section: undefined, github_token: undefined };

const callables: readonly Callable[] = [
  {
    file: 'release.yml',
    action: 'release',
    fixed: {
      job_timeout: `\${{ format('{0}m', inputs.timeout_minutes) }}`,
      ...noComment,
      job_id: undefined,
    },
  },
  { file: 'check.yml', action: 'smoke-test', fixed: checkFixed(noComment) },
  {
    file: 'check-comment.yml',
    action: 'smoke-test',
    from: { file: 'check.yml', change: withComment },
    fixed: checkFixed({ comment: 'true', github_token: undefined }),
  },
  { file: 'rollback.yml', action: 'rollback', fixed: { github_token: undefined, job_id: undefined } },
];

/** Only what tests a function on the runner: a check has no login. */
function checkFixed(comment: Fixed): Fixed {
  const names =
    'name region project_id url revision propagation_timeout expired_token workload_identity_provider service_account invoker_service_account audience delegates universe trusted_endpoints request_reason expected_principal expected_project_number front front_url front_audience gateway api_key';
  return { ...comment, ...Object.fromEntries(names.split(' ').map((name) => [name, undefined])) };
}

/** GitHub takes no expression for a permission, and a caller must grant all of them. So the check that comments is a file of its own. */
function withComment(text: string): string {
  const header = `# As check.yml, and writes the result into the comment on the pull request that all steps with \`comment: true\` share. So its caller
# grants \`pull-requests: write\`. A pull request from a fork is tested as well, and its summary says why it has no comment.
# \`npm run docs\` makes the whole file from check.yml.
`;
  const changes: readonly (readonly [string, string])[] = [
    [text.slice(0, text.indexOf('name: check\n')), header],
    ['name: check\non:', 'name: check with a comment\non:'],
    ['default: backstay-check\n', 'default: backstay-check-comment\n'],
    ['      contents: read\n', '      contents: read\n      pull-requests: write # to write the comment\n'],
  ];
  return changes.reduce((made, [old, now]) => {
    if (old === '' || made.split(old).length !== 2)
      throw new Error(`check.yml has not exactly one place with ${old}`);
    return made.replace(old, () => now);
  }, text);
}

/** Writes the inputs, secrets and outputs of the reusable workflows between their marks. The rest of the files is written by hand. */
export function generate(): Record<string, string> {
  const files: Record<string, string> = {};
  for (const { file, action, from, fixed } of callables) {
    const path = `.github/workflows/${file}`;
    let text = readFileSync(join(root, '.github/workflows', from?.file ?? file), 'utf8');
    if (from) text = from.change(text);
    text = fillLines(text, 'inputs', inputLines(action, fixed));
    text = fillLines(text, 'secrets', secretLines(action, fixed));
    text = fillLines(text, 'outputs', outputLines(action, 'workflow'));
    text = fillLines(text, 'job-outputs', outputLines(action, 'job'));
    text = fillLines(text, 'with', withLines(action, fixed));
    if (action === 'release')
      text = fillLines(text, 'timeout', [`default: ${jobMinutes(standardRelease())}`]);
    files[path] = text;
  }
  const page = 'docs/set-up/reusable-workflows.md';
  files[page] = fillPage(readFileSync(join(root, page), 'utf8'), 'longest', longestTable());
  return files;
}

function longestTable(): string {
  const parts = longestRelease(standardRelease());
  const rows = parts.map(({ what, inputs, seconds }) => {
    const names = inputs.map((name) => `\`${name}\``).join(', ');
    return `| ${what} | ${names || 'fixed'} | ${spanText(seconds)} |`;
  });
  const total = `| **together**, and the default of \`timeout_minutes\` | | ${spanText(totalSeconds(parts))}, so ${jobMinutes(standardRelease())} minutes |`;
  return ['| what | set by | at most |', '|:--|:--|--:|', ...rows, total].join('\n');
}
