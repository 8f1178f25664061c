import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { removeBinding, shellWord } from '../../../src/domain/exposure/commands.ts';

describe('commands', () => {
  test('a hostile name stays one argument', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const word = shellWord(text);
        if (!/^[\w@%+=:,./-]+$/.test(word))
          expect(word.slice(1, -1).replaceAll(`'\\''`, '')).not.toContain("'");
      }),
    );
    expect(shellWord("a'; rm -rf / #")).toBe(`'a'\\''; rm -rf / #'`);
  });

  test.each([
    [
      'service',
      'gcloud run services remove-iam-policy-binding ocr --project=p-one --region=us-central1 --member=allUsers --role=roles/x --condition=None',
    ],
    [
      'project',
      'gcloud projects remove-iam-policy-binding ocr --member=allUsers --role=roles/x --condition=None',
    ],
    [
      'folder',
      'gcloud resource-manager folders remove-iam-policy-binding ocr --member=allUsers --role=roles/x --condition=None',
    ],
    [
      'organization',
      'gcloud organizations remove-iam-policy-binding ocr --member=allUsers --role=roles/x --condition=None',
    ],
  ] as const)('%s', (level, command) => {
    const target = { project: 'p-one', region: 'us-central1', name: 'ocr', service: 'a/b/ocr' };
    expect(removeBinding(level, 'a/b/ocr', 'roles/x', 'allUsers', target, false)).toBe(command);
  });
});
