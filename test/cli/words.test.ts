import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { manifests } from '../../scripts/docs/tables/actions.ts';
import { type Verb, verb } from '../../src/cli/verb.ts';
import { verbs } from '../../src/cli/verbs.ts';
import { readWords } from '../../src/cli/words/arguments.ts';
import { verbIn } from '../../src/cli/words/find-verb.ts';
import { asFlags, flagsOf, isSwitch } from '../../src/cli/words/flag.ts';
import { variables, withFlags } from '../../src/cli/words/flag-names.ts';
import { leastNode, nodeProblem } from '../../src/cli/words/least-node.ts';
import { readFlags } from '../../src/cli/words/values.ts';
import { definitions } from '../../src/domain/inputs/definition.ts';
import { boolean, integer, list, text } from '../../src/domain/inputs/kinds.ts';
import { definitionFor, inputsOf } from '../../src/inputs/table.ts';

const none = { add: () => {}, hide: () => {}, show: () => {} };
const sample = verb({
  about: ['A sample.'],
  flags: definitions({
    file: { kind: text({ expected: 'a file' }), sentence: 'A file.', example: 'a' },
    dry: { kind: boolean, sentence: 'Only show.', example: 'true', default: 'false' },
    keep: { kind: boolean, sentence: 'Keep.', example: 'true', default: 'true' },
    count: { kind: integer(1, 9), sentence: 'How many.', example: '3', default: '2' },
    only: { kind: list(text({ expected: 'a rule' })), sentence: 'Rules.', example: 'a,b' },
  }),
  required: ['file'],
  examples: [],
  run: async () => ({ code: 0, json: {}, text: () => '' }),
});
const read = (definition: Verb, argv: string[]) => {
  const flags = flagsOf(definition);
  const switches = flags.filter(isSwitch).map(({ input }) => input);
  const words = readWords(argv, (name) => switches.includes(name.replace(/^no-/, '').replaceAll('-', '_')));
  return { ...readFlags(words, flags, none), operands: words.operands };
};

describe('a command line', () => {
  test.each<[string[], Record<string, unknown>]>([
    [['v', '--file', 'x'], { file: 'x', dry: false, keep: true, count: 2 }],
    [['v', '--file=x=y', '--dry', '--no-keep'], { file: 'x=y', dry: true, keep: false }],
    [['--file', 'x', 'v', '--count', '7'], { count: 7 }],
    [['v', '--file', 'x', '--dry=false', '--count=9'], { dry: false, count: 9 }],
    [['v', '--file', 'x', '--only', 'a', '--only', 'b,c'], { only: ['a', 'b', 'c'] }],
    [['v', '--file', '-', '--', '--dry'], { file: '-', dry: false }],
  ])('%j', (argv, values) => {
    const given = read(sample, argv);
    expect(given.problems).toEqual([]);
    expect(given.values).toMatchObject(values);
  });

  test('every problem is told at once', () => {
    const { problems } = read(sample, [
      'v',
      '--fil',
      'x',
      '--count',
      '12',
      '--dry=maybe',
      '--count',
      '3',
      '-x',
    ]);
    expect(problems).toEqual([
      '-x: no flag has one letter but -h, -V, -v, -y',
      '--fil: no such flag; did you mean --file?',
      '--count: given twice',
      '--file: missing, expected a file',
      expect.stringContaining('--dry: "maybe": expected true or false'),
      expect.stringContaining('--count: '),
    ]);
  });

  test.each([
    ['--dyr', '--dry'],
    ['--projcet', '--project'],
    ['--jsno', '--json'],
  ])('%s is close to %s', (wrong, right) => {
    expect(read(sample, ['v', '--file', 'x', wrong]).problems).toEqual([
      `${wrong}: no such flag; did you mean ${right}?`,
    ]);
  });

  test('a flag at the end without its value says what it needs', () => {
    expect(read(sample, ['v', '--file']).problems[0]).toBe('--file: needs a value, a file');
    expect(read(sample, ['v', '--file', '--dry']).problems[0]).toBe('--file: needs a value, a file');
  });

  test.each<[string[], string | undefined]>([
    [['--json', 'smoke'], 'smoke'],
    [['--project', 'p', 'smoke'], 'smoke'],
    [['--project=p', 'smoke'], 'smoke'],
    [['--no-color', 'smoke', 'x'], 'smoke'],
    [['--help'], undefined],
    [[], undefined],
  ])('the verb of %j is %s', (argv, found) => {
    expect(verbIn(argv)).toBe(found);
  });
});

describe('the verbs', () => {
  test.each(Object.keys(verbs))('%s: its flags are whole, and its examples are its own', async (name) => {
    const found = await (verbs[name] as (typeof verbs)[string]).load();
    const flags = flagsOf(found);
    expect(new Set(flags.map(({ input }) => input)).size).toBe(flags.length);
    for (const { sentence } of flags) expect(sentence).toMatch(/^[A-Z`].*\.$/s);
    for (const flag of flags) expect([flag.input, flag.secret]).toEqual([flag.input, undefined]);
    for (const only of found.only ?? []) expect(flags.map(({ input }) => input)).toContain(only);
    expect(found.examples.length).toBeGreaterThan(0);
    for (const example of found.examples) {
      const given = read(
        found,
        [...example.matchAll(/'([^']*)'|(\S+)/g)].map(([, a, b]) => a ?? (b as string)).slice(1),
      );
      expect([example, given.problems]).toEqual([example, []]);
    }
  });

  test('their help names no input that is neither a flag nor an operand', async () => {
    // Names that are right as they are, with the reason.
    const meant: Readonly<Record<string, string>> = {
      'init front': 'a line of a smoke suite',
      'init drill_buckets': 'an input of the workflow that it writes',
      'slo apply': 'a mode, which an input of another action is also called',
      'replay latency_slo': 'the recorded run has it',
      'replay slo_file': 'the recorded run has it',
      'replay client_errors': 'the recorded run has it',
    };
    const inputs = new Set(manifests.flatMap(({ action }) => inputsOf(action)));
    const found = new Set<string>();
    for (const [name, { load }] of Object.entries(verbs)) {
      const loaded = await load();
      const flags = flagsOf(loaded);
      const names = flags.map(({ input }) => input);
      const operands = loaded.operands ?? [];
      const texts = [
        ...loaded.about,
        ...operands.map(({ sentence }) => sentence),
        ...flags.map(({ sentence }) => sentence),
        ...flags.map(({ kind }) => kind.expected),
      ];
      for (const text of texts)
        for (const [, quoted, bare] of asFlags(
          text,
          names,
          operands.map((one) => one.name),
        ).matchAll(/`([a-z][a-z_]*)(?:: [^`]*)?`|(?<![`\w./-])([a-z]+(?:_[a-z]+)+)(?![\w`])/g)) {
          const word = quoted ?? bare ?? '';
          if (inputs.has(word)) found.add(`${name} ${word}`);
        }
    }
    expect([...found].sort()).toEqual(Object.keys(meant).sort());
  });

  test('a secret comes from a variable that its input knows too', () => {
    for (const [input, variable] of Object.entries(variables)) {
      const definition = definitionFor(input, 'model');
      expect([input, definition.secret]).toEqual([input, true]);
      expect(definition.otherwise).toContain(`\`${variable}\``);
    }
    expect(withFlags('Set mlflow_token, and mlflow_user if the server knows users.', ['mlflow_user'])).toBe(
      'Set MLFLOW_TRACKING_TOKEN, and --mlflow-user if the server knows users.',
    );
  });

  test('an operand is named as the help names it', () => {
    expect(asFlags('Unless `mode` is `resolve`, or with `mode: resolve`.', ['name'], ['MODE'])).toBe(
      'Unless `MODE` is `resolve`, or with `resolve`.',
    );
  });

  test('sentences name flags as they are typed', () => {
    expect(asFlags('Set `dry_run`, or `policy: threshold` with `other`.', ['dry_run', 'policy'])).toBe(
      'Set `--dry-run`, or `--policy threshold` with `other`.',
    );
  });
});

describe('a message of an action names the flags of the command line', () => {
  const inputs = ['project_id', 'name', 'region', 'runtime', 'dry_run', 'new_region'];
  test.each([
    ['Set runtime: nodejs24, and test it.', 'Set --runtime nodejs24, and test it.'],
    ['A first run with dry_run: true tries it.', 'A first run with --dry-run true tries it.'],
    ['Correct name, region or project_id. To list:', 'Correct --name, --region or --project-id. To list:'],
    ['Set new_region: true in this step.', 'Set --new-region true in this step.'],
    ['The name of the region is unknown.', 'The name of the region is unknown.'],
    // What the verb does not take stays the input of a workflow.
    ['Set smoke_suite: none, or raise deploy_timeout.', 'Set smoke_suite: none, or raise deploy_timeout.'],
    ['assertion.project_id == "dry_run" in a/dry_run', 'assertion.project_id == "dry_run" in a/dry_run'],
    ['`dry_run` and project_id=x', '`dry_run` and project_id=x'],
  ])('%s', (text, expected) => {
    expect(withFlags(text, inputs)).toBe(expected);
  });
});

describe('the Node that runs a verb', () => {
  test('may be the one of the tests', () => expect(nodeProblem(process)).toBeUndefined());
  test('is named if it is too old', () =>
    expect(nodeProblem({ versions: { node: '20.9.0' } })).toBe(
      'this is Node 20.9.0; a verb needs Node 20.16, 22.3 or a later one',
    ));
  test('is what the package asks for', () => {
    const { engines } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
    const [first, second] = /(\d+\.\d+), (\d+\.\d+)/.exec(leastNode)?.slice(1) ?? [];
    expect(engines.node).toBe(`^${first}.0 || >=${second}.0`);
  });
});
