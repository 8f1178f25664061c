import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { FailureBook, failureName, otherKinds, routeOf } from '../../../src/domain/watch/failures.ts';

describe('the name of a failure', () => {
  test.each([
    [{ status: 500, method: 'POST', url: 'https://ocr.run.app/v1/ocr' }, 'HTTP 500 on POST /v1/ocr'],
    [{ status: 429, method: 'GET', url: 'https://ocr.run.app' }, 'HTTP 429 on GET /'],
    [{ status: 503 }, 'HTTP 503'],
    [{ status: 503, method: 'post it', url: 'no url' }, 'HTTP 503'],
    [
      { status: 200, slowerThanMs: 1500, method: 'POST', url: 'https://a/ocr' },
      'slower than 1.5 s on POST /ocr',
    ],
  ])('%j', (seen, name) => {
    expect(failureName(seen)).toBe(name);
  });

  test.each([
    ['https://h/v1/users/48213/scan?key=s3cret#part', '/v1/users/…/scan'],
    ['https://h/files/9d0e1f2a-0000-4000-8000-000000000000', '/files/…'],
    ['https://h/a/ya29.abcdefghijklmnopqrstuvwxyz', '/a/…'],
    ['https://h/%E2%80%AE/x', '/…/x'],
    ['https://user:password@h/v1/ocr', '/v1/ocr'],
    ['', ''],
  ])('the route of %s contains no query and no id', (url, route) => {
    expect(routeOf(url)).toBe(route);
  });

  test('a route is always short and on one line', () => {
    void fc.assert(
      fc.property(fc.string(), (text) => {
        const route = routeOf(`https://h/${text}`);
        expect(route.length).toBeLessThanOrEqual(80);
        expect(route).not.toMatch(/[\r\n?]/);
      }),
    );
  });
});

describe('the failure book', () => {
  const failure = (what: string, count = 1) => ({ revision: 'new', objective: 'availability', what, count });

  test('adds up equal kinds, most frequent first', () => {
    const book = new FailureBook();
    for (const kind of [failure('a', 2), failure('b', 5), failure('a', 1), failure('c', 0)]) book.add(kind);
    expect(book.failures).toEqual([failure('b', 5), failure('a', 3)]);
  });

  test('keeps revisions and objectives apart', () => {
    const book = new FailureBook();
    book.add(failure('a'));
    book.add({ ...failure('a'), revision: 'old' });
    book.add({ ...failure('a'), objective: 'latency' });
    expect(book.failures).toHaveLength(3);
  });

  test('stays small and loses no request, however many kinds there are', () => {
    void fc.assert(
      fc.property(fc.array(fc.nat(400), { maxLength: 600 }), (kinds) => {
        const book = new FailureBook();
        for (const kind of kinds) book.add(failure(`kind ${kind}`));
        const { failures } = book;
        expect(failures.reduce((sum, { count }) => sum + count, 0)).toBe(kinds.length);
        expect(failures.length).toBeLessThanOrEqual(51);
        if (failures.some(({ what }) => what === otherKinds)) expect(failures.at(-1)?.what).toBe(otherKinds);
      }),
    );
  });
});
