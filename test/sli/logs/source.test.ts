import { expect, test } from '@jest/globals';
import { entry, objectives, reader, start } from '../../support/log-reader.ts';

test('totals cover all revisions, or fail if there are too many entries to count', async () => {
  const { source } = reader((_, n) => ({
    body: {
      entries: [entry(), entry({ revision: 'older', status: 500 }), entry({ agent: 'backstay/1' })],
      ...(n < 1 ? { nextPageToken: 'x' } : {}),
    },
  }));
  expect(await source.total({ service: 'ocr', objectives }, start, start + 600_000)).toMatchObject({
    availability: { total: 4, bad: 2 },
  });
  const endless = reader(() => ({ body: { entries: [entry()], nextPageToken: 'x' } }));
  await expect(endless.source.total({ service: 'ocr', objectives }, start, start + 1000)).rejects.toThrow(
    'too many',
  );
  const silent = reader(() => ({ body: {} }));
  expect(await silent.source.total({ service: 'ocr', objectives }, start, start + 1000)).toEqual({});
});
