import type { CheckRule } from '../../../../src/domain/findings/rules/check.ts';
import type { Files } from '../../../support/check-repository.ts';

/** A small repository for one rule. `shown` is the part that the page of the rule shows. */
export interface Case {
  shown: string;
  language: 'yaml' | 'hcl' | 'sh' | 'make' | 'json' | 'js' | 'text';
  files: Files;
  /** What the change is compared with, for rules that look at a change. */
  base?: Files;
}

/** Repositories that a rule finds, and others that it must not find. */
export type Cases = Partial<Record<CheckRule, { bad: readonly Case[]; good: readonly Case[] }>>;

const pin = '08eba0b27e820071cde6df949e0beb9ba4906955';
export const checkout = `actions/checkout@${pin}`;
export const auth = `google-github-actions/auth@${pin}`;
export const ours = (name = '') => `backstay-release/backstay${name && `/actions/${name}`}@${pin}`;
export const provider = 'projects/1/locations/global/workloadIdentityPools/p/providers/q';

const indented = (text: string, by: number): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? line : ' '.repeat(by) + line))
    .join('\n');

const path = '.github/workflows/release.yml';

/** Steps of a job that is right in everything else. */
export const steps = (text: string, more: Files = {}): Case => ({
  shown: text,
  language: 'yaml',
  files: { [path]: job(`steps:\n${indented(text, 2)}`), ...more },
});

const job = (text: string): string => `name: release
on:
  push: { branches: [main] }
permissions: {}
concurrency: { group: release, cancel-in-progress: false }
jobs:
  release:
    runs-on: ubuntu-latest
    environment: prod
    timeout-minutes: 200
    permissions: { contents: read, id-token: write }
${indented(text, 4)}
`;

/** One command in a step. */
export const command = (text: string, more: Files = {}): Case => ({
  ...steps(`- run: |\n${indented(text, 4)}`, more),
  shown: text,
  language: 'sh',
});

/** A whole workflow. */
export const workflow = (text: string, more: Files = {}): Case => ({
  shown: text,
  language: 'yaml',
  files: { [path]: text, ...more },
});

export const terraform = (text: string, more: Files = {}): Case => ({
  shown: text,
  language: 'hcl',
  files: { 'main.tf': text, ...more },
});

export const file = (name: string, text: string, language: Case['language'], more: Files = {}): Case => ({
  shown: text,
  language,
  files: { [name]: text, ...more },
});

/** A program of Pulumi in YAML. */
export const pulumi = (resources: string, more: Files = {}): Case =>
  file('infra/Pulumi.yaml', `name: ocr\nruntime: yaml\n${resources}`, 'yaml', more);

/** A program of Pulumi in a language. */
export const program = (name: string, text: string, runtime: string): Case =>
  file(`infra/${name}`, text, name.endsWith('.py') ? 'text' : 'js', {
    'infra/Pulumi.yaml': `name: ocr\nruntime: ${runtime}\n`,
  });

/** A change of a workflow. */
export const change = (before: Case, after: Case): Case => ({ ...after, base: before.files });
