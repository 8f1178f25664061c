import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { documentOf } from '../../../scripts/bench/support/gateway-document.ts';
import { readBlockYaml } from '../../../src/domain/yaml/read-block-yaml.ts';
import { parse, readYaml } from '../../../src/domain/yaml/read-yaml.ts';

/** The YAML that people write is read by a reader of its own. It has to give what the parser gives, place by place, or nothing. */

/** The same documents every day. `RUNS=60000` tries others. */
const runs = process.env.RUNS ? { numRuns: Number(process.env.RUNS) } : { numRuns: 600, seed: 19 };
const limits = { maxNodes: 200_000, maxDepth: 100 };

/** @returns whether this reader has read it, and not left it to the parser */
function compare(text: string): boolean {
  const read = readBlockYaml(text, limits, (part, origin) => {
    const inside = parse(part, true, origin);
    return 'problem' in inside ? undefined : inside.documents[0];
  });
  const parsed = read && { text, ...parse(text, true) };
  // A matcher takes seconds for a large document.
  if (read && !isDeepStrictEqual({ text, documents: [read] }, parsed))
    expect({ text, documents: [read] }).toEqual(parsed);
  return read !== undefined;
}

type Tree = string | Tree[] | { [key: string]: Tree };

const word = fc.constantFrom(
  ...[
    'a',
    'ocr',
    '/documents/{id}',
    'x-google-backend',
    '$ref',
    '200',
    '0',
    'b c',
    "it's",
    'null',
    'ä',
    '한글',
    '-x',
    'a:b',
    'a#b',
  ],
);
/** How a value can stand in a document, from the indent of its key or its dash on. */
const scalar = fc.constantFrom(
  ...[
    'text',
    '~',
    '',
    'true',
    'No',
    '12',
    '-1.50',
    '1e3',
    '0x1F',
    '.inf',
    '2026-01-01',
    'https://a.run.app:443/x#y',
    'two words  ',
  ],
  ...[
    "''",
    "'it''s: # {'",
    '"a\\n\\"b\\u00e9"',
    '"\\x41"',
    '"- x"',
    '{}',
    '[]',
    '[a, "b", {c: d, \'e\': [1]}]',
    '{ a: b, "c":1 }',
    '[ ]',
  ],
  ...[
    '{ a: , b: c }',
    '[a: b]',
    '[a, ]',
    '{a, b}',
    '*x',
    '&x y',
    '!!str 1',
    '@x',
    'a: b',
    'x:',
    '<<',
    '- x',
    '%x',
    'a # b',
  ],
  ...[
    '|\n¶one\n¶ two\n\n¶# three',
    '>-\n¶one\n¶two\n\n¶three',
    '|2+\n¶  x\n\n',
    '|\n',
    '>\n\n¶ x\n¶y',
    'one\n¶two\n\n¶three: four',
    'one\n¶two',
  ],
  ...[
    '"one\n¶  two\\\n¶three"',
    "'one\n\n¶two'",
    '[a,\n¶ b, # c\n¶]',
    '{ a: b,\n¶  c: [\n¶ d ] }',
    '\n¶text',
    '\n¶"text" # c',
    '\n¶[a, b]',
  ],
);
const remark = fc.constantFrom('', '', '', '', ' # remark', '  ', '#no');
const between = fc.constantFrom(
  '',
  '',
  '',
  '',
  '',
  '\n',
  ' \n\n',
  '# c\n',
  '  # c\n',
  '      # c\n\n',
  '\n    # c\n  # d\n',
);

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'yaml' },
    { weight: 3, arbitrary: scalar },
    { weight: 2, arbitrary: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) },
    { weight: 4, arbitrary: fc.dictionary(word, tie('tree'), { minKeys: 1, maxKeys: 4 }) },
  ),
}));

interface Style {
  widths: readonly number[];
  remarks: readonly string[];
  betweens: readonly string[];
  compact: boolean;
  head: string;
  crlf: boolean;
}
const style: fc.Arbitrary<Style> = fc.record({
  widths: fc.array(fc.constantFrom(2, 2, 2, 4, 1), { minLength: 3, maxLength: 3 }),
  remarks: fc.array(remark, { minLength: 5, maxLength: 7 }),
  betweens: fc.array(between, { minLength: 7, maxLength: 11 }),
  compact: fc.boolean(),
  head: fc.constantFrom('', '', '---\n', '# head\n\n', '--- # x\n', '%YAML 1.2\n---\n'),
  crlf: fc.boolean(),
});

function written(root: Tree, { widths, remarks, betweens, compact, head, crlf }: Style): string {
  let turn = 0;
  const next = <T>(list: readonly T[]): T => list[turn++ % list.length] as T;
  const child = (value: Tree, indent: number, inList: boolean): string => {
    if (typeof value === 'string') {
      const text = value.replaceAll('¶', ' '.repeat(indent + 2));
      return `${text === '' || text.startsWith('\n') ? '' : ' '}${text}${value.includes('\n') ? '' : next(remarks)}\n`;
    }
    if (inList && compact) return ` ${block(value, indent + 2).trimStart()}`;
    const deeper = Array.isArray(value) && !inList && compact ? indent : indent + next(widths);
    return `${next(remarks)}\n${next(betweens)}${block(value, deeper)}`;
  };
  const block = (value: Tree, indent: number): string => {
    const pad = ' '.repeat(indent);
    if (typeof value === 'string') return `${pad}${child(value, indent, false).trimStart()}`;
    return Array.isArray(value)
      ? value.map((one) => `${pad}-${child(one, indent, true)}${next(betweens)}`).join('')
      : Object.entries(value)
          .map(([key, one]) => `${pad}${key}:${child(one, indent, false)}${next(betweens)}`)
          .join('');
  };
  const text = head + block(root, 0);
  return crlf ? text.replaceAll('\n', '\r\n') : text;
}

test('any document is read as the parser reads it, or left to it', () => {
  let read = 0;
  fc.assert(
    fc.property(tree, style, (root, how) => {
      if (compare(written(root, how))) read += 1;
    }),
    runs,
  );
  expect(read).toBeGreaterThan(20);
});

test('a document with a damage too', () => {
  fc.assert(
    fc.property(
      tree,
      style,
      fc.nat(),
      fc.constantFrom(...' \n:-#"\'[]{},|>&*?\t'),
      fc.nat(2),
      (root, how, at, char, cut) => {
        const text = written(root, how);
        const from = at % text.length;
        compare(text.slice(0, from) + char + text.slice(from + cut));
      },
    ),
    runs,
  );
});

/** Every example and every workflow of this repository. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((one) =>
    one.isDirectory()
      ? filesIn(join(folder, one.name))
      : /\.ya?ml$/.test(one.name)
        ? [readFileSync(join(folder, one.name), 'utf8')]
        : [],
  );
}
test('the files of this repository are read alike, and most of them by this reader', () => {
  const root = join(import.meta.dirname, '../../..');
  const texts = ['examples', 'actions', '.github'].flatMap((folder) => filesIn(join(root, folder)));
  const read = texts.filter(compare);
  expect(texts.length).toBeGreaterThan(30);
  expect(read.length).toBeGreaterThan(texts.length * 0.7);
  expect(compare(documentOf('yaml'))).toBe(true);
});

test.each([
  ['an API', "swagger: '2.0'\npaths:\n  /a/{b}:\n    get: &x\n", false],
  [
    'keys of numbers',
    "responses:\n  200:\n    description: |\n      ok: # yes\n\n      done\n  '404': { description: no }\n",
    true,
  ],
  ['a key that YAML writes anew', '1.0: a\n', false],
  ['a key twice', 'a: 1\na: 2\n', false],
  ['a key twice on one line', 'a: { b: 1, b: 2 }\n', false],
  ['a merge', '<<: { a: 1 }\n', false],
  ['two documents', 'a: 1\n---\nb: 2\n', false],
  ['a tab', 'a:\tb\n', false],
  ['a list at the indent of its key', 'a:\n- b\n- c: d\n  e:\n  - f\ng: h\n', true],
  ['a list in a list', '- - a\n  - b\n-\n  - c\n', true],
  ['no line break at the end', 'a:\n  b: c', true],
  ['an empty value at the end', 'a:\n  b:', true],
  ['a comment that ends a map', 'a:\n  b: c\n  # d\ne: f\n', true],
  ['a comment that ends the document', 'a:\n  b: c\n  # d\n', false],
  ['a scalar', 'text\n', false],
  ['nothing', '', false],
  ['an explicit key', '? a\n: b\n', false],
  ['a map on the line of a key', 'a: b: c\n', false],
])('%s', (_, text, isRead) => {
  expect(compare(text)).toBe(isRead);
});

test('it stops at the limits of the parser', () => {
  const none = () => undefined;
  const read = (text: string, maxNodes: number, maxDepth: number) =>
    readBlockYaml(text, { maxNodes, maxDepth }, none) !== undefined;
  const text = 'a:\n  - b\n  - { c: [d] }\n';
  expect([read(text, 6, 4), read(text, 5, 4), read(text, 6, 3)]).toEqual([true, false, false]);
  const deep = Array.from({ length: 105 }, (_, at) => `${' '.repeat(at)}a:\n`).join('');
  expect(readYaml(deep)).toEqual({ problem: 'it is nested too deeply' });
});

test.each([
  ['a list on one line', `a: [${'b, '.repeat(100_000)}c]\n`],
  ['spaces', `a: b${' '.repeat(500_000)}c\n`],
  ['spaces at the end', `a: b${' '.repeat(500_000)}\n`],
  ['texts in quotes', `a: [${"'b', ".repeat(100_000)}c]\n`],
  ['a map on one line', `a: {${Array.from({ length: 50_000 }, (_, at) => `k${at}: v`).join(', ')}}\n`],
  ['a list of texts', `a:\n${'  - b\n'.repeat(100_000)}`],
])('a large one is read in one pass: %s', (_, text) => {
  expect(readBlockYaml(text, limits, () => undefined)).toBeDefined();
});
