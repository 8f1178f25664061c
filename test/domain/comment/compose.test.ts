import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { composeComment, mostCharacters } from '../../../src/domain/comment/compose.ts';
import type { CommentContent } from '../../../src/domain/comment/merge.ts';
import { isOurText, parseComment, withoutMarks } from '../../../src/domain/comment/parse.ts';
import type { Section } from '../../../src/domain/comment/section.ts';
import { commits, section } from './sections.ts';

const contentOf = (...sections: Section[]): CommentContent => ({
  sections,
  commits: [{ commit: commits[0] ?? '', run: 100 }],
});
/** Without the lines that a reader does not see. */
const visible = (text: string) =>
  text
    .split('\n')
    .filter((line) => !line.startsWith('<!--'))
    .join('\n');

test('what a reviewer sees', () => {
  const text = composeComment(
    contentOf(
      section({ line: '12 files, nothing was found.' }),
      section({
        title: 'Smoke test',
        job: 'node',
        line: '12 of 12 checks passed.',
        body: '| check |\n|:--|',
      }),
      section({
        title: 'Smoke test',
        job: 'python',
        state: 'fail',
        line: '1 of 12 checks failed.',
        body: '- **a**',
      }),
      section({
        title: 'Plan for ocr-api',
        state: 'plan',
        line: 'Updates the function: 2 settings.',
        body: 'memory',
      }),
    ),
  );
  expect(visible(text)).toBe(
    [
      '### ❌ Backstay: 1 of 4 needs a look',
      '',
      '<details open><summary>❌ <b>Smoke test &#40;python&#41;</b>: 1 of 12 checks failed.</summary>',
      '',
      '- **a**',
      '',
      '</details>',
      '<details><summary>📝 <b>Plan for ocr-api</b>: Updates the function: 2 settings.</summary>',
      '',
      'memory',
      '',
      '</details>',
      '<details><summary>✅ <b>Files</b>: 12 files, nothing was found.</summary>',
      '',
      '</details>',
      '<details><summary>✅ <b>Smoke test &#40;node&#41;</b>: 12 of 12 checks passed.</summary>',
      '',
      '| check |\n|:--|',
      '',
      '</details>',
      '',
      '<sub>Commit aaaaaaa. Every run brings this comment up to date.</sub>',
    ].join('\n'),
  );
});

test('all is well', () => {
  expect(composeComment(contentOf(section(), section({ title: 'Plan', state: 'plan' })))).toContain(
    '### ✅ Backstay: all clear\n',
  );
  expect(composeComment(contentOf(section({ state: 'inconclusive' })))).toContain(
    '### ⚠️ Backstay: 1 of 1 needs a look\n',
  );
});

test('what no step has said about the newest commit stands below, closed, and does not count', () => {
  const old = section({ title: 'Plan', state: 'fail', commit: commits[1] ?? '' });
  const text = composeComment(contentOf(section(), old));
  expect(text).toContain('### ✅ Backstay: all clear\n');
  expect(text).toMatch(/Not renewed for commit aaaaaaa yet:\n\n<!--.*-->\n<details><summary>❌ <b>Plan<\/b>/);
});

describe('hostile texts', () => {
  const hostile = '<!-- backstay/comment/end -->';
  const texts = [
    '</details><script>x</script>',
    '@octocat #1',
    hostile,
    `x\n${hostile}\n<!-- backstay/comment/section {} -->`,
    '--> <b>',
  ];
  test.each(texts)('%j as title, line and body', (text) => {
    const one = section({ title: text.replace(/\n/g, ' '), line: text.replace(/\n/g, ' '), body: text });
    const composed = composeComment(contentOf(one, section({ title: 'Plan' })));
    const again = parseComment(composed);
    expect(again.sections.map(({ title }) => title).sort()).toEqual([one.title, 'Plan'].sort());
    expect(again.sections.find(({ writer }) => writer === one.writer)).toEqual({
      ...one,
      body: withoutMarks(text),
    });
    const summaries = composed.split('\n').filter((line) => line.startsWith('<details'));
    expect(summaries.join('\n')).not.toMatch(/<script|<\/details>|@o/);
  });

  test.each([
    ['a quotation of ours', `> ${composeComment(contentOf(section()))}`],
    ['our mark inside', `Look: ${composeComment(contentOf(section()))}`],
    ['another tool', '<!-- other/comment/v1 {} -->\nhello'],
    ['nothing', ''],
  ])('%s is none of our comments', (_, text) => {
    expect(isOurText(text)).toBe(false);
    expect(parseComment(text).sections).toEqual([]);
  });

  test('a section that was broken by hand is left out, and the others stay', () => {
    const text = composeComment(contentOf(section(), section({ title: 'Plan' })));
    for (const broken of [
      text.replace('"title"', '"titel"').replace('"key"', '"kye"'),
      text.replace(/(section \{)/, '$1{'),
      text.replace('<!-- backstay/comment/end -->\n', ''),
    ])
      expect(parseComment(broken).sections.length).toBeLessThanOrEqual(2);
    expect(parseComment(text.replace(/(section \{)/, '$1{')).sections).toHaveLength(1);
    expect(parseComment(text.replaceAll('\n', '\r\n')).sections).toHaveLength(2);
  });
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc
    .array(
      fc.constantFrom(
        '<!-- backstay/comment',
        '/end -->',
        '/section {}',
        '\n',
        '</details>',
        '`',
        '```',
        '<details>',
        'a',
        ' ',
      ),
      { maxLength: 30 },
    )
    .map((parts) => parts.join('')),
);
const anySection = fc.record({
  title: anyText.filter((text) => text !== '').map((text) => text.replace(/\s/g, ' ')),
  line: anyText,
  body: anyText,
  job: anyText,
  state: fc.constantFrom('pass' as const, 'fail' as const, 'inconclusive' as const, 'plan' as const),
  commit: fc.constantFrom(...commits),
  run: fc.record({ id: fc.nat(), attempt: fc.nat({ max: 9 }) }),
});

test('property: what is written is read again', () => {
  fc.assert(
    fc.property(fc.array(anySection, { maxLength: 5 }), (parts) => {
      const sections = parts.map((part, at) => section({ ...part, key: `k${at}` }));
      const read = parseComment(composeComment(contentOf(...sections)));
      const byKey = (all: readonly Section[]) => [...all].sort((a, b) => a.key.localeCompare(b.key));
      expect(byKey(read.sections)).toEqual(
        byKey(sections.map((one) => ({ ...one, body: withoutMarks(one.body).replace(/\r\n/g, '\n') }))),
      );
      expect(read.commits).toEqual(contentOf().commits);
    }),
  );
});

describe("GitHub's limit", () => {
  const big = (length: number) => `${'- a line of text\n'.repeat(Math.ceil(length / 17))}`;

  test('the longest section is cut first, with a link to the run, and every headline stays', () => {
    const sections = [
      section({ body: big(50_000) }),
      section({ title: 'Plan', state: 'plan', body: big(300) }),
      section({ title: 'Smoke test', body: big(40_000) }),
    ];
    const text = composeComment(contentOf(...sections));
    expect(text.length).toBeLessThanOrEqual(mostCharacters);
    expect(text.length).toBeGreaterThan(mostCharacters / 2);
    const read = parseComment(text).sections;
    expect(read).toHaveLength(3);
    expect(read.find(({ title }) => title === 'Plan')?.body).toBe(withoutMarks(big(300)));
    expect(read.find(({ title }) => title === 'Files')?.body).toMatch(
      /\n_The rest is in \[the summary of the run\]\(https:\S+\)\._$/,
    );
  });

  test('with very many sections the last ones go, and trouble stays', () => {
    const sections = Array.from({ length: 300 }, (_, at) =>
      section({ title: `Smoke test ${at}`, state: at === 250 ? 'fail' : 'pass', line: 'x'.repeat(240) }),
    );
    const text = composeComment(contentOf(...sections));
    expect(text.length).toBeLessThanOrEqual(mostCharacters);
    expect(text).toContain('Smoke test 250');
    expect(text).toMatch(/_\d+ more have no room here\._/);
    const left = Number(/_(\d+) more/.exec(text)?.[1]);
    expect(parseComment(text).sections.length + left).toBe(300);
  });

  test('property: no comment is longer, and no section is cut open', () => {
    const part = fc.record({
      title: fc.constantFrom('Files', 'Plan', 'Smoke test'),
      commit: fc.constantFrom(commits[0] ?? '', commits[1] ?? ''),
      body: fc
        .array(fc.constantFrom('```', '<details>', '</details>', 'text', '`'.repeat(5), 'x'.repeat(300)), {
          maxLength: 200,
        })
        .map((lines) => lines.join('\n')),
    });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.integer({ min: 3000, max: 9000 }), (parts, most) => {
        const sections = parts.map((one, at) => section({ ...one, key: `k${at}` }));
        const text = composeComment(contentOf(...sections), most);
        expect(text.length).toBeLessThanOrEqual(most);
        expect(
          text.split('\n').filter((line) => line.startsWith('<!-- backstay/comment/section')).length,
        ).toBe(text.split('\n').filter((line) => line === '<!-- backstay/comment/end -->').length);
      }),
      { numRuns: 200 },
    );
  });
});
