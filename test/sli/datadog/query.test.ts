import { describe, expect, test } from '@jest/globals';
import {
  type CountQuery,
  forAll,
  forRevision,
  latenessProblem,
  pairProblem,
  parseCount,
} from '../../../src/sli/datadog/query.ts';
import { parseSite, sites } from '../../../src/sli/datadog/sites.ts';
import { stepProblem } from '../../../src/sli/datadog/step.ts';
import { seeded } from '../../support/fake-source.ts';

const read = (text: string): CountQuery => {
  const found = parseCount(text);
  if (typeof found === 'string') throw new Error(found);
  return found;
};

describe('counts', () => {
  test.each([
    ['sum:trace.http.request.hits{service:ocr,version:$revision}', 'version'],
    ['sum:trace.http.request.hits{service:ocr,version:$revision}.as_count()', 'version'],
    ['sum:ocr.requests{revision_name:$revision AND env:prod}', 'revision_name'],
    ['count(v: v<=2):trace.http.request{service:$service,version:$revision}', 'version'],
    ['sum:ocr.requests{*}', undefined],
  ])('%s', (text, tag) => {
    expect(read(text).tag).toBe(tag);
  });

  test.each([
    ['avg:ocr.requests{*}', /sum or count/],
    ['sum:ocr.requests{*} by {version}', /no groups/],
    ['sum:ocr.requests{*}.as_count().rollup(sum, 60)', /without functions/],
    ['default_zero(sum:ocr.requests{*})', /without functions/],
    ['sum:ocr.a{*} + sum:ocr.b{*}', /count of one metric/],
    ['logs("service:ocr").rollup("count")', /a metric/],
    ['sum:ocr.requests', /count of one metric/],
    ['sum:ocr.requests{}', /count of one metric/],
    ['sum:ocr.requests{version:$revision,other:$revision}', /once/],
    ['sum:ocr.requests{version:v-$revision}', /whole value/],
    ['sum:ocr.requests{!version:$revision}', /whole value/],
    ['sum:$revision{*}', /count of one metric/],
  ])('%s is refused', (text, why) => {
    expect(parseCount(text)).toEqual(expect.stringMatching(why));
  });

  test('the query for a revision, and over all of them', () => {
    const count = read('sum:ocr.requests{service:$service,version:$revision}');
    expect(forRevision(count, 'ocr', 'ocr-2')).toBe('sum:ocr.requests{service:ocr,version:ocr-2}.as_count()');
    expect(forAll(count, 'ocr')).toBe('sum:ocr.requests{service:ocr,version:*} by {version}.as_count()');
    expect(forAll(read('sum:ocr.requests{*}'), 'ocr')).toBe('sum:ocr.requests{*}.as_count()');
  });

  test('both counts name the revision, and they differ', () => {
    const total = read('sum:ocr.requests{version:$revision}');
    expect(pairProblem(total, read('sum:ocr.errors{*}'))).toMatch(/both/);
    expect(pairProblem(total, read('sum:ocr.requests{version:$revision}.as_count()'))).toMatch(
      /another count/,
    );
    expect(pairProblem(total, read('sum:ocr.errors{version:$revision}'))).toBeUndefined();
  });

  test('what Datadog fetches from a cloud needs a longer delay', () => {
    const aws = read('sum:aws.apigateway.count{apiname:ocr}');
    expect(latenessProblem(aws, 15 * 60_000)).toMatch(/20 minutes late, so expected source cloudwatch$/);
    const gcp = read('sum:gcp.run.request_count{service_name:ocr,revision_name:$revision}');
    expect(latenessProblem(gcp, 2 * 60_000)).toMatch(
      /8 minutes late, so expected datadog_delay: 8m or more, or source logs/,
    );
    expect(latenessProblem(gcp, 8 * 60_000)).toBeUndefined();
    expect(latenessProblem(read('sum:awsome.requests{*}'), 60_000)).toBeUndefined();
  });
});

test('a site has several names', () => {
  for (const [name, host] of Object.entries(sites))
    for (const text of [name, host, `https://app.${host}/`, `api.${host}`, host.toUpperCase()])
      expect(parseSite(text)).toBe(name);
  for (const text of ['', 'us2', 'datadoghq.com.evil.example', 'http://datadoghq.com'])
    expect(() => parseSite(text)).toThrow(/expected us1/);
});

describe('steps', () => {
  const minute = 60_000;
  const at = (...minutes: number[]) => minutes.map((n) => n * minute);

  test.each([
    ['nothing', []],
    ['one point', at(7)],
    ['every minute', at(1, 2, 3, 4)],
    ['few requests', at(1, 4, 6)],
    ['six points, all in even minutes', at(2, 6, 8, 14, 20, 22)],
  ])('%s can be minutes', (_, times) => {
    expect(stepProblem(times, minute)).toBeUndefined();
  });

  test.each([
    ['steps of five minutes', at(0, 5, 10, 15), /300 s apart/],
    ['steps of five minutes with gaps', at(0, 5, 15, 20, 35), /300 s apart/],
    ['steps of two minutes', at(0, 2, 4, 6, 8, 10, 12, 14), /120 s apart/],
    ['steps of 20 s', [0, 20_000, 40_000], /20 s apart/],
    ['times that are no minutes', [30_000, 90_000], /multiples/],
    ['times that fall', at(2, 1), /do not rise/],
    ['a time twice', at(1, 1), /do not rise/],
  ])('%s cannot', (_, times, why) => {
    expect(stepProblem(times, minute)).toEqual(expect.stringMatching(why));
  });

  test('requests at random are hardly ever taken for wider steps', () => {
    const random = seeded(5);
    let refused = 0;
    for (let n = 0; n < 2000; n++) {
      const times = Array.from({ length: 16 }, (_, at) => at * minute).filter(() => random() < 0.2);
      if (stepProblem(times, minute) !== undefined) refused++;
    }
    expect(refused / 2000).toBeLessThan(0.02);
  });
});
