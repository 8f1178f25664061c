import { builtIn, exitCodes } from '../../src/cli/help.ts';
import type { Verb } from '../../src/cli/verb.ts';
import { verbs } from '../../src/cli/verbs.ts';
import { globalFlags } from '../../src/cli/words/find-verb.ts';
import { asFlags, type Flag, flagsOf, isSwitch } from '../../src/cli/words/flag.ts';
import { flagName } from '../../src/cli/words/flag-names.ts';
import { leastNode } from '../../src/cli/words/least-node.ts';
import { repository, slug } from '../../src/domain/product.ts';

/** Text of a cell. A bar would end it. */
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function flagRow(flag: Flag, names: readonly string[]): string {
  const { input, sentence, default: fallback, otherwise, required, kind } = flag;
  const on = isSwitch(flag) && fallback === 'true';
  const name = on ? `--no-${input.replaceAll('_', '-')}` : flagName(input);
  const words =
    kind.words && !isSwitch(flag) ? ` One of ${kind.words.map((word) => `\`${word}\``).join(', ')}.` : '';
  const without = required
    ? 'required'
    : isSwitch(flag)
      ? fallback === 'true'
        ? 'on'
        : 'off'
      : fallback !== undefined
        ? `\`${fallback}\``
        : (otherwise ?? '');
  return `| \`${name}\` | ${cell(asFlags(sentence + words, names))} | ${cell(asFlags(without, names))} |`;
}

function section(name: string, summary: string, verb: Verb): string[] {
  const flags = flagsOf(verb);
  const names = flags.map(({ input }) => input);
  const operands = (verb.operands ?? []).map((one) => (one.required ? one.name : `[${one.name}]`));
  const codes = Object.entries(verb.codes ?? {});
  return [
    `## ${name}`,
    '',
    summary,
    '',
    ...verb.about.flatMap((text) => [asFlags(text, names), '']),
    '```sh',
    ...verb.examples,
    '```',
    '',
    ...(operands.length > 0
      ? [...(verb.operands ?? []).map((one) => `- \`${one.name}\`: ${one.sentence}`), '']
      : []),
    ...(codes.length > 0
      ? [codes.map(([code, text]) => `Exit code ${code}: ${asFlags(text, names)}`).join(' '), '']
      : []),
    ...(flags.length > 0
      ? [
          '| flag | what it does | without it |',
          '|:--|:--|:--|',
          ...flags.map((flag) => flagRow(flag, names)),
          '',
        ]
      : []),
  ];
}

/** Writes docs/reference/command-line.md, which lists every verb with its flags. */
export async function generate(): Promise<Record<string, string>> {
  const lines = [
    '# Command line',
    '',
    'What the actions do in a workflow, a person can do on a machine, with the same code. Every verb and flag; generated from `src/cli`.',
    '',
    `${leastNode} is enough, and no other package is installed. From this repository's address:`,
    '',
    '```sh',
    `npx --yes github:${repository}#v1 help`,
    '```',
    '',
    `From a clone: \`npx . help\`, or \`node dist/cli.js help\`. To have it as \`${slug}\` on this machine:`,
    '',
    '```sh',
    `npm install --global github:${repository}#v1`,
    '```',
    '',
    '| verb | what it does |',
    '|:--|:--|',
    ...Object.entries(verbs).map(([name, { summary }]) => `| [\`${name}\`](#${name}) | ${cell(summary)} |`),
    ...Object.entries(builtIn).map(([name, summary]) => `| \`${name}\` | ${summary} |`),
    '',
    '## As whom',
    '',
    'A verb that reaches Google Cloud says first as whom. It takes the first of these that is there:',
    '',
    '1. the token in the file that `CLOUDSDK_AUTH_ACCESS_TOKEN_FILE` names, as gcloud does;',
    '2. Application Default Credentials: the file that `GOOGLE_APPLICATION_CREDENTIALS` names, or what `gcloud auth application-default login` has left;',
    "3. gcloud's active account.",
    '',
    'A service-account key is refused. To act as an account, use `--impersonate-service-account`. A user has no ID token for a private',
    'service, except the one that gcloud gives; `--invoker-service-account` names an account that has.',
    '',
    '## In a terminal and in a script',
    '',
    'The result goes to standard output; what was done on the way goes to standard error. `--json` writes exactly one document to standard',
    'output, also after a failure (`error`). Colours appear on a terminal only; `NO_COLOR`, `FORCE_COLOR`, `--color` and `--no-color` decide',
    'otherwise. Without a terminal nothing is asked: a missing answer is an error that names its flag. Ctrl-C ends in order, a second one',
    'at once. Flags are the inputs of the actions with hyphens (`--project` and `--project-id` are the same), and all that is wrong is told',
    'at once.',
    '',
    '| exit code | meaning |',
    '|:--|:--|',
    ...Object.entries(exitCodes).map(([code, text]) => `| ${code} | ${text} |`),
    '',
    '| flag of every verb | what it does |',
    '|:--|:--|',
    ...Object.entries(globalFlags).map(([name, text]) => `| \`--${name}\` | ${text} |`),
    '',
  ];
  for (const [name, { summary, load }] of Object.entries(verbs))
    lines.push(...section(name, summary, await load()));
  return { 'docs/reference/command-line.md': `${lines.join('\n').trimEnd()}\n` };
}
