import { expect, test } from '@jest/globals';
import { ReleaseError } from '../../../src/domain/errors/errors.ts';
import { type Answer, proveAnswer } from '../../../src/steps/traffic/prove-back.ts';

const failing = () => Promise.reject(new ReleaseError('remote-error', { what: 'it answers 500' }));

test('a revision that does not answer is a finding, and a cancelled run is not', async () => {
  const { findings } = await proveAnswer({ alive: failing }, 'https://ocr', 'ocr-1');
  expect(findings.map(({ title }) => title)).toEqual(['ocr-1 does not work well either: it answers 500.']);

  const stop = new AbortController();
  const alive = (_: string, signal?: AbortSignal) =>
    new Promise<Answer>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
  const asking = proveAnswer({ alive }, 'https://ocr', 'ocr-1', stop.signal);
  stop.abort(new ReleaseError('cancelled', { what: 'SIGINT' }));
  expect(await asking).toEqual({ findings: [] });
});
