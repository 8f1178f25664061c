import { expect, test } from '@jest/globals';
import { pointerTool } from '../../../src/domain/data/git-pointer.ts';

test.each([
  ['Git LFS', 'version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 1\n'],
  ['Git LFS', 'version https://hawser.github.com/spec/v1\noid sha256:aa\nsize 1\n'],
  ['git-annex', '/annex/objects/SHA256E-s1--aa.png\n'],
  [undefined, 'The version https://git-lfs.github.com/spec/v1 is described here.'],
  [undefined, '\u0089PNG\r\n'],
  [undefined, ''],
])('%s: %j', (tool, text) => {
  expect(pointerTool(Buffer.from(text))).toBe(tool);
});
