import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { linkedText } from '../../../src/domain/text/linked-text.ts';

const url = 'https://console.cloud.google.com/cloud-build/builds;region=us-central1/51b2?project=123';

test('the sentence that ends with the address is the link, and what stands before it stays text', () => {
  expect(linkedText(`The whole log: ${url}.`)).toBe(`[The whole log](${url})`);
  expect(linkedText(`It failed (a*b). The build log ends: x. The whole log: ${url}.`)).toBe(
    `It failed &#40;a&#42;b&#41;. The build log ends: x. [The whole log](${url})`,
  );
  expect(linkedText(`See ${url} and go on.`)).toBe(`See [console.cloud.google.com](${url}) and go on.`);
});

test('a long text before it does not cost the link', () => {
  const text = linkedText(`${'The log ends. '.repeat(200)}The whole log: ${url}.`, 600);
  expect(text.endsWith(`[The whole log](${url})`)).toBe(true);
  expect(text.length).toBeLessThan(800);
});

test.each([
  'https://console.cloud.google.com.evil.example/x',
  'https://evil.example/https://console.cloud.google.co/x',
  'http://console.cloud.google.com/x',
])('%s is no link', (other) => {
  expect(linkedText(`The whole log: ${other}.`)).not.toContain('](');
});

test('whatever stands around an address, every link leads to the console', () => {
  const part = fc.oneof(fc.string(), fc.constantFrom(url, '](https://evil.example)', '[x', '. ', ': ', '`'));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      // What a code span holds is no markup.
      const text = linkedText(parts.join('')).replace(/(`+)[\s\S]*?\1/g, '');
      for (const [, target] of text.matchAll(/\]\(([^)]*)\)/g))
        expect(target).toMatch(/^https:\/\/console\.cloud\.google\.com\//);
    }),
  );
});
