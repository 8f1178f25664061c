import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { published } from '../peers/workflows/published.ts';
import { blocks, pages, read, root } from './pages.ts';

/** What the snippets of the pages give to our actions and reusable workflows exists there. test/workflows.test.ts does so for files. */

interface Declared {
  required?: boolean;
}
interface Call {
  place: string;
  uses: string;
  with: Record<string, unknown>;
}

/** The file behind `backstay-release/backstay[/PATH]@REF`. */
function fileOf(uses: string): string {
  const path = /^backstay-release\/backstay\/?([^@]*)@/.exec(uses)?.[1] ?? '';
  return /\.ya?ml$/.test(path) ? path : join(path, 'action.yml');
}

function inputsOf(file: string): Record<string, Declared> {
  const text = parse(read(file));
  return (text.inputs ?? text.on?.workflow_call?.inputs ?? {}) as Record<string, Declared>;
}

interface Step {
  uses?: string;
  with?: Record<string, unknown>;
}
const calls: Call[] = published()
  .filter(({ place }) => !/^(examples\/workflows|\.github)\//.test(place))
  .flatMap(({ place, text }) => {
    const { jobs } = parse(text) as { jobs: Record<string, Step & { steps?: Step[] }> };
    return Object.values(jobs)
      .flatMap((job) => [job, ...(job.steps ?? [])])
      .filter(({ uses }) => uses?.startsWith('backstay-release/'))
      .map(({ uses = '', with: given = {} }) => ({ place, uses, with: given }));
  });

describe('snippets', () => {
  test('there are many, and some call a reusable workflow', () => {
    expect(calls.length).toBeGreaterThan(15);
    expect(calls.filter(({ uses }) => uses.includes('/.github/workflows/')).length).toBeGreaterThan(1);
    expect(calls.filter(({ place }) => place.startsWith('docs/')).length).toBeGreaterThan(1);
  });

  test.each(calls.map((call) => [`${call.place}: ${call.uses}`, call] as const))(
    '%s has inputs that exist',
    (_, { uses, with: given }) => {
      expect(existsSync(join(root, fileOf(uses)))).toBe(true);
      const declared = inputsOf(fileOf(uses));
      expect(Object.keys(given).filter((input) => !(input in declared))).toEqual([]);
    },
  );
});

describe('differences between two workflows', () => {
  /** What a `diff` block leaves: the lines that are added and those that stay. */
  const after = pages.flatMap((page) =>
    blocks(page)
      .filter(({ language }) => language === 'diff')
      .map(({ place, text }) => ({
        place,
        text: text
          .split('\n')
          .filter((line) => !line.startsWith('-'))
          .map((line) => ` ${line.slice(1)}`)
          .join('\n'),
      })),
  );

  test.each(after.map((one) => [one.place, one] as const))(
    '%s ends with inputs that exist',
    (_, { text }) => {
      const [, uses, given = ''] =
        /uses: (backstay-release\/\S+)\n(?:\s*#.*\n)*\s*with:\n([\s\S]*)/.exec(text) ?? [];
      if (uses === undefined) return expect(text).not.toContain('backstay-release/');
      const declared = inputsOf(fileOf(uses));
      const keys = [...given.matchAll(/^\s+([a-z_]+):/gm)].map(([, key]) => key as string);
      expect(keys.length).toBeGreaterThan(0);
      expect(keys.filter((key) => !(key in declared))).toEqual([]);
      return undefined;
    },
  );
});

describe('`input: value` in a sentence', () => {
  const actions = [
    ...['auth', 'deploy', 'guard', 'check', 'pipeline', 'smoke-test', 'watch', 'rollback'],
    ...['capacity', 'drill'],
  ];
  const files = ['action.yml', ...actions.map((name) => `actions/${name}/action.yml`)];
  const inputs = new Set(files.flatMap((file) => Object.keys(inputsOf(file))));
  /** What stands in a workflow beside inputs of ours: keys of jobs and steps, inputs of actions of others; conditions of an SLO file; and keys of a smoke suite. */
  const others = new Set(
    'permissions uses using if lfs timeout concurrency environment with needs paths contents actions deleted below above equals empty fresh'.split(
      ' ',
    ),
  );
  const named = pages
    .filter((page) =>
      /^(README\.md|docs\/(?:ko\/)?(README|set-up|release|decide|troubleshoot|understand\/guide))/.test(page),
    )
    .flatMap((page) =>
      [
        ...read(page)
          .replace(/^```[\s\S]*?^```/gm, '')
          .matchAll(/`([a-z][a-z_]*):(?: [^`]+)?`/g),
      ].map(([, name = '']) => `${page}: ${name}`),
    );

  test('is an input of one of our actions, or a key of a workflow', () => {
    expect(named.length).toBeGreaterThan(60);
    const wrong = named.filter((one) => {
      const name = one.split(': ')[1] as string;
      return !inputs.has(name) && !others.has(name);
    });
    expect([...new Set(wrong)]).toEqual([]);
  });
});
