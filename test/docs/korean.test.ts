import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { followed, hashOf, parseTranslation } from '../../scripts/docs/translations/follow.ts';
import { figures, latinRuns, plainEndings, prose, spans } from './korean.ts';
import { koreanTerms, wrongParticles } from './korean-terms.ts';
import { blocks, read, root } from './pages.ts';

/** The Korean pages follow their English pages, or say that they do not yet; and they are Korean. */

const pages = globSync('docs/ko/**/*.md', { cwd: root })
  .map((path) => path.replaceAll('\\', '/'))
  .sort();
/** Pages of a length of their own: they tell a part, and lead to the English page for the rest. */
const shorter = ['docs/ko/decide/how-it-decides.md'];

const all = pages.map((page) => {
  const translation = parseTranslation(read(page));
  return { page, ...translation, english: read(translation.of) };
});
const inStep = all.filter(({ hash, english }) => hash === hashOf(english));
const named = <T extends { page: string }>(some: readonly T[]) => some.map((one) => [one.page, one] as const);

describe('a Korean page and its English page', () => {
  test('there are some', () => expect(pages.length).toBeGreaterThan(5));

  test.each(named(all))('%s has a place that follows from its English page', (page, { of }) => {
    expect(page).toBe(of === 'README.md' ? 'docs/ko/README.md' : of.replace(/^docs\//, 'docs/ko/'));
  });

  test.each(named(all))('%s is marked if its English page has changed, and only then', (_, one) => {
    expect(one.hash).toMatch(/^[0-9a-f]{16}$/);
    expect(one.marked).toBe(one.hash !== hashOf(one.english));
  });

  test('README.md leads to its Korean page within its first lines', () => {
    expect(read('README.md').split('\n').slice(0, 5)).toContain('[한국어](docs/ko/README.md)');
  });

  test.each(named(all))(
    '%s leads to its own English page, and otherwise to Korean pages where there are any',
    (page, one) => {
      const targets = [...one.body.matchAll(/\]\(([^)\s#]+)/g)].map(([, link = '']) =>
        join(dirname(page), link),
      );
      expect(targets).toContain(one.of);
      const english = all.map(({ of }) => of).filter((of) => of !== one.of);
      expect(targets.filter((target) => english.includes(target))).toEqual([]);
    },
  );

  const texts = (page: string) => blocks(page).map(({ text }) => text);
  test.each(named(inStep))('%s, in step, shows the same blocks of code', (page, { of }) => {
    const original = texts(of);
    const kept = shorter.includes(page) ? original.filter((text) => texts(page).includes(text)) : original;
    expect(texts(page)).toEqual(kept);
  });

  const whole = inStep.filter(({ page }) => !shorter.includes(page));
  test.each(named(whole))('%s, in step, names every code that its English page names', (_, one) => {
    expect([...spans(one.english)].filter((code) => !spans(one.body).has(code))).toEqual([]);
  });

  test.each(named(inStep))('%s, in step, has no figure of its own', (_, { body, english }) => {
    expect([...figures(body)].filter((figure) => !figures(english).has(figure))).toEqual([]);
  });
});

describe('the language', () => {
  test.each(named(all))('%s holds no English sentence', (_, { body }) => {
    expect(latinRuns(prose(body), 3)).toEqual([]);
  });

  test.each(named(all))('%s is polite in one form', (_, { body }) => {
    expect(plainEndings(prose(body))).toEqual([]);
  });

  test.each(named(all))('%s is mostly Korean', (_, { body }) => {
    const [korean, latin] = [/[가-힣]/g, /[A-Za-z]/g].map((kind) => prose(body).match(kind)?.length ?? 0);
    expect(korean).toBeGreaterThan(3 * (latin as number));
  });

  test('the sieves see what they are for', () => {
    expect(latinRuns(prose('이것은 this is an English sentence. `not this one at all` 끝'), 3)).toEqual([
      'this is an English sentence',
    ]);
    expect(latinRuns(prose('[this link is not Korean](a/b-c-d.md)와 Cloud Run, Google Cloud'), 3)).toEqual([
      'this link is not Korean',
    ]);
    expect(plainEndings('실패한다. 실패해요. 실패합니다. 권한 필요. 아니다.')).toEqual([
      '패한다.',
      '해요.',
      '아니다.',
    ]);
    expect([...figures('20,000번과 2 000번, 9분 37초, 99.5 %')]).toEqual(['20000', '2000', '99.5']);
    expect([...spans('`a` 그리고 ``b`c``\n```sh\n`d`\n```\n')]).toEqual(['a', 'b`c']);
  });
});

describe('the words', () => {
  const words = koreanTerms.map(({ korean }) => korean);
  const text = all.map(({ body }) => prose(body)).join('\n');

  test('each has one row, and no row forbids the word of another', () => {
    expect(new Set(words).size).toBe(words.length);
    const forbidden = koreanTerms.flatMap(({ not }) => not);
    expect(forbidden.filter((spelling) => words.includes(spelling))).toEqual([]);
    expect(new Set(forbidden).size).toBe(forbidden.length);
  });

  test.each(koreanTerms.map((one) => [one.english, one] as const))('%s is used', (_, { korean }) => {
    expect(text).toContain(korean);
  });

  test.each(named(all))('%s spells each in one way, with the particle that fits', (_, { body }) => {
    const page = prose(body);
    const spellings = koreanTerms.flatMap(({ not }) => not);
    expect(spellings.filter((spelling) => new RegExp(`(?<![가-힣])${spelling}`).test(page))).toEqual([]);
    expect(wrongParticles(page, words)).toEqual([]);
  });

  test('the sieve for particles sees what it is for', () => {
    const wrong = '스위트을 고치고 리비전가 늘고 트래픽로 가고 러너은, 라벨으로 갑니다.';
    expect(wrongParticles(wrong, ['스위트', '리비전', '트래픽', '러너', '라벨'])).toEqual([
      '스위트을',
      '리비전가',
      '트래픽로',
      '러너은',
      '라벨으로',
    ]);
    expect(
      wrongParticles('스위트를 라벨로 릴리스로 함수는 권한은', ['스위트', '라벨', '릴리스', '함수', '권한']),
    ).toEqual([]);
  });
});

describe('the mark', () => {
  const old = '# Title\n\nOne two.\n\n```sh\na\n```\n';
  const page = '<!-- of: docs/x/y.md -->\n\n# 제목\n\n본문입니다.\n';
  const path = 'docs/ko/x/y.md';
  const written = followed(path, page, () => old);

  test('a page without a hash is a page that follows: it gets one, and no mark', () => {
    expect(written).toBe(page.replace('.md -->', `.md sha256:${hashOf(old)} -->`));
    expect(followed(path, written, () => old)).toBe(written);
  });

  test.each([
    ['a word', old.replace('two', 'three')],
    ['a space in a block', old.replace('\na\n', '\n a\n')],
    ['a line that is gone', old.replace('One two.\n\n', '')],
  ])('%s changes: the page is marked, once, and leads to the English page', (_, changed) => {
    const marked = followed(path, written, () => changed);
    expect(parseTranslation(marked)).toMatchObject({ hash: hashOf(old), marked: true });
    expect(marked.match(/영어 문서가 바뀌었습니다/g)).toHaveLength(1);
    expect(marked).toContain('](../../x/y.md)');
    expect(followed(path, marked, () => changed)).toBe(marked);
    expect(followed(path, marked, () => old)).toBe(written);
    const translated = marked.replace(/ sha256:\w+/, '');
    expect(parseTranslation(followed(path, translated, () => changed)).marked).toBe(false);
  });

  test('prose that is wrapped elsewhere is the same prose', () => {
    expect(followed(path, written, () => old.replace('One two', 'One\ntwo'))).toBe(written);
  });

  test('a page that names no English page is refused', () => {
    expect(() => parseTranslation('# 제목\n')).toThrow('begins with');
  });
});
