import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { codeBlock, codeSpan, logText, markdownText, proseText } from '../../../src/domain/text/safe-text.ts';

const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '::',
      '##[',
      '`',
      '|',
      '<',
      '@',
      '\n',
      '\r',
      '\u001b[31m',
      '\u202e',
      '[x](http://e)',
      '!',
      '#1',
      '://',
      'www.',
    ),
    fc.string(),
  ),
});

test('a log line is one line without a workflow command', () => {
  expect(logText('::error::x\n##[error]y\u001b[31m')).toBe(': :error: :x # #[error]y [31m');
  fc.assert(
    fc.property(hostile, (text) => {
      const line = logText(text);
      expect(line).not.toMatch(/::|##\[|[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
    }),
  );
});

test('Markdown text carries no markup, mention, link or image', () => {
  expect(markdownText('<img src=x> @team [a](http://b) | `c` #12 ![i](d)')).not.toMatch(/[<>@[\]|`]|:\/\//);
  // The first two were found by the property.
  for (const text of ['::// ', ':://', 'ftp://e', 'HTTPS://e', 'see www.e.example', 'WWW.e.example'])
    expect(markdownText(text)).not.toMatch(/:\/\/|www\./i);
  expect(markdownText('http://e')).toBe('http&#58;//e');
  fc.assert(
    fc.property(hostile, (text) => expect(markdownText(text)).not.toMatch(/[<>@|`[\]\n]|:\/\/|www\./i)),
  );
});

test('a code span cannot be left', () => {
  expect(codeSpan('a`b')).toBe('``a`b``');
  expect(codeSpan('')).toBe('` `');
  fc.assert(
    fc.property(hostile, (text) => {
      const span = codeSpan(text);
      const fence = /^`+/.exec(span)?.[0] ?? '';
      const inner = span.slice(fence.length, -fence.length);
      expect(span.endsWith(fence)).toBe(true);
      expect([...inner.matchAll(/`+/g)].some((run) => run[0].length === fence.length)).toBe(false);
      expect(span).not.toMatch(/[|\n]/);
    }),
  );
});

test('a code block cannot be left', () => {
  const block = codeBlock('```\n::error::x\n````');
  expect(block.split('\n')[0]).toBe('`````');
  expect(block.endsWith('`````')).toBe(true);
});

test('prose keeps its code spans and nothing else', () => {
  expect(proseText('Set it under `with:` of <this> step.')).toBe(
    'Set it under `with:` of &lt;this&gt; step.',
  );
  expect(proseText('a lone ` tick <b>')).toBe('a lone &#96; tick &lt;b&gt;');
  fc.assert(
    fc.property(hostile, (text) => {
      const outside = proseText(text).replace(/(`+)[\s\S]*?[^`]\1(?!`)/g, '');
      expect(outside).not.toMatch(/[<>@|`[\]\n]|:\/\//);
    }),
  );
});
