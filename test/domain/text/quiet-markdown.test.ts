import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { quietMarkdown } from '../../../src/domain/text/quiet-markdown.ts';
import { codeSpan, markdownText } from '../../../src/domain/text/safe-text.ts';

/** What a reader sees of Markdown without code: GitHub looks for mentions in this text. */
const seen = (markdown: string) =>
  markdown
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');

/** Mentions of people and teams, and references to issues, as GitHub finds them (github/html-pipeline, the reference of issues). */
const mention = /(^|[^A-Za-z0-9_])@[A-Za-z0-9]/;
const reference = /(^|[^\w])#\d|\bGH-\d/i;

describe('nobody is told', () => {
  test.each([
    '@octocat',
    'by @octocat, @acme/reviewers and (@mona)',
    '_@octocat',
    '.@octocat',
    'é@octocat',
    '#12 and acme/ocr#12',
    'GH-12 gh-7',
  ])('%s', (text) => {
    const shown = seen(quietMarkdown(markdownText(text)));
    expect(shown).not.toMatch(mention);
    expect(shown).not.toMatch(reference);
    expect(shown.replaceAll('\u200b', '')).toBe(text);
  });

  test('property: whatever a name holds', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom('@', '#', 'GH-', '1', 'a', '_', '-', '/', ' ', '`', '<', '&', '.', '\\', '*', 'é'),
          {
            maxLength: 20,
          },
        ),
        (parts) => {
          const shown = seen(quietMarkdown(markdownText(parts.join(''))));
          expect(shown).not.toMatch(mention);
          expect(shown).not.toMatch(/(^|[^\w])#\d/);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('what it leaves alone', () => {
  test.each([
    ['an address in code', codeSpan('@octocat #12')],
    ['a block of code', '```diff\n+ uses: @octocat/x #12 GH-1\n```'],
    ['a link', '[page](https://example.com/a#12)'],
    ['the address of an account', 'deployer&#64;acme.iam.gserviceaccount.com'],
    ['a heading', '#### 12 of 12'],
    ['a tag', '<a href="x#12">'],
  ])('%s', (_, text) => {
    expect(quietMarkdown(text)).toBe(text);
  });
});
