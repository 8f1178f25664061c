import { describe, expect, test } from '@jest/globals';
import type { Rest, RestCall } from '../../src/http/rest.ts';
import { folderDigest, folderIn } from '../../src/models/gs/folder.ts';

/** Cloud Storage's answers to a list, at most two names a page. That of the sandbox is asked in test/steps/release. */
function bucketOf(names: readonly string[]) {
  const calls: RestCall['query'][] = [];
  const call = async ({ query = {} }: RestCall) => {
    calls.push(query);
    const from = Number(query.pageToken ?? 0);
    const most = Math.min(2, Number(query.maxResults ?? 2));
    const found = [...names].sort().filter((name) => name.startsWith(String(query.prefix ?? '')));
    const items = found.slice(from, from + most).map((name) => ({
      ...{ name, size: name.endsWith('/') ? '0' : '7', crc32c: 'AAAAAA==', generation: '1' },
    }));
    const more = from + most < found.length ? { nextPageToken: String(from + most) } : {};
    return { status: 200, headers: {}, body: { items, ...more } };
  };
  return { rest: { call } as unknown as Rest, calls };
}

describe('the digest of a folder', () => {
  const own = ['ocr/v3/a', 'ocr/v3/b', 'ocr/v3/sub/c'];

  test('is that of its own objects, and others beside it are not even read', async () => {
    const alone = await folderDigest(bucketOf(own).rest, { bucket: 'b', object: 'ocr/v3/' });
    expect(alone).toMatch(/^sha256:/);
    const beside = Array.from({ length: 500 }, (_, at) => `ocr/v3${at}/a`);
    const { rest, calls } = bucketOf([...own, ...beside, 'ocr/v3-old/a', 'ocr/v4/a']);
    expect(await folderDigest(rest, { bucket: 'b', object: 'ocr/v3/' })).toBe(alone);
    expect(calls).toHaveLength(2);
    expect(await folderIn(rest, 'gs://b/ocr/v3')).toBe(alone);
    expect(calls).toHaveLength(5);
  });

  test('of one object of that name is found among others that begin with it', async () => {
    const { rest } = bucketOf(['ocr.onnx', 'ocr.onnx.sha256', 'ocr.onnx-old/a']);
    expect(await folderIn(rest, 'gs://b/ocr.onnx')).toMatch(/^sha256:/);
    expect(await folderIn(rest, 'gs://b/ocr')).toBe('absent');
    expect(await folderDigest(rest, { bucket: 'b', object: 'ocr.onnx/' })).toBe('absent');
  });

  test('is none where only the empty objects lie that the console makes for folders', async () => {
    expect(await folderIn(bucketOf(['ocr/v3/', 'ocr/v3/sub/']).rest, 'gs://b/ocr/v3')).toBe('absent');
  });

  test('ends where pages follow pages without an object', async () => {
    let calls = 0;
    const call = async () => ({ status: 200, headers: {}, body: { nextPageToken: String(++calls) } });
    await expect(
      folderDigest({ call } as unknown as Rest, { bucket: 'b', object: 'ocr/' }),
    ).rejects.toMatchObject({ code: 'model-refused' });
    expect(calls).toBe(100);
  });
});
