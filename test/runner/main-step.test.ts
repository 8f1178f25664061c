import { describe, expect, test } from '@jest/globals';
import { closingLine, formatMainStep, parseMainStep } from '../../src/runner/main-step.ts';

describe('the last line of a post step', () => {
  test.each([
    [
      'Nothing to settle.',
      { exitCode: 1 as const, line: 'Rolled back: it failed.' },
      'Post step of the release: nothing to settle. The release itself failed: Rolled back: it failed.',
    ],
    [
      'Nothing to settle.',
      { exitCode: 0 as const, line: 'Released: ocr-2 serves 100 %.' },
      'Post step of the release: nothing to settle. The release itself ended well: Released: ocr-2 serves 100 %.',
    ],
    [
      'Nothing to cancel.',
      { exitCode: 1 as const, line: 'Failed: Failed: no such job.' },
      'Post step of the release: nothing to cancel. The release itself failed: Failed: no such job.',
    ],
    [
      'Nothing to cancel.',
      { exitCode: 1 as const, line: 'Failed: there is no such job.' },
      'Post step of the release: nothing to cancel. The release itself failed: there is no such job.',
    ],
    [
      'GET run /v2/x answered 503',
      undefined,
      'Post step of the release: GET run /v2/x answered 503. The release itself did not end: its step was killed.',
    ],
  ])('%s, %j', (did, main, line) => {
    expect(closingLine('release', did, main)).toBe(line);
  });

  test('the post step reads what the main step saved, and ignores anything else', () => {
    const step = { exitCode: 1 as const, line: 'Failed: x' };
    expect(parseMainStep(formatMainStep(step))).toEqual(step);
    for (const text of ['', 'null', '[]', '{"line":3}', 'x']) expect(parseMainStep(text)).toBeUndefined();
    expect(parseMainStep('{"line":"a"}')).toEqual({ exitCode: 1, line: 'a' });
  });
});
