import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { historyOf } from '../../../src/domain/model/history.ts';
import {
  decideTags,
  formatPeriods,
  inSeconds,
  mostPeriods,
  parsePeriods,
  type ServingPeriod,
  type TaggedVersion,
} from '../../../src/domain/model/tags.ts';
import { labelKey, labelValue, readLabel, spelledRevision } from '../../../src/models/vertex/labels.ts';

const at = (minute: number) => inSeconds(Date.UTC(2026, 10, 30, 12, minute));
const apply = (tagged: readonly TaggedVersion[], writes: readonly TaggedVersion[]): TaggedVersion[] => [
  ...tagged.filter(({ version }) => !writes.some((write) => write.version === version)),
  ...writes,
];

describe('tags that say which version served when', () => {
  const one = { revision: 'ocr-1', version: '1' };
  const two = { revision: 'ocr-2', version: '2' };
  const first = decideTags({ serving: one, tagged: [], now: at(0), by: { commit: 'c1', run: 'r1' } });

  test('the first release opens a period, and the next one closes it', () => {
    expect(first).toEqual([
      { version: '1', periods: [{ revision: 'ocr-1', from: at(0), commit: 'c1', run: 'r1' }] },
    ]);
    expect(decideTags({ serving: two, tagged: first, now: at(5) })).toEqual([
      { version: '2', periods: [{ revision: 'ocr-2', from: at(5) }] },
      {
        version: '1',
        periods: [{ revision: 'ocr-1', from: at(0), until: at(5), commit: 'c1', run: 'r1' }],
      },
    ]);
  });

  test('a rollback opens a second period of the version before, released by the same run', () => {
    const promoted = apply(first, decideTags({ serving: two, tagged: first, now: at(5) }));
    const back = decideTags({ serving: one, tagged: promoted, now: at(7), by: { commit: 'other' } });
    expect(back[0]?.periods).toEqual([
      { revision: 'ocr-1', from: at(0), until: at(5), commit: 'c1', run: 'r1' },
      { revision: 'ocr-1', from: at(7), commit: 'c1', run: 'r1' },
    ]);
    expect(back[1]).toEqual({ version: '2', periods: [{ revision: 'ocr-2', from: at(5), until: at(7) }] });
  });

  test('new code with the same version is a period of its own, and another model ends all', () => {
    const [renewed] = decideTags({ serving: { ...one, revision: 'ocr-2' }, tagged: first, now: at(3) });
    expect(renewed?.periods.map(({ revision, until }) => [revision, until])).toEqual([
      ['ocr-1', at(3)],
      ['ocr-2', undefined],
    ]);
    const ended = decideTags({ serving: { revision: 'x', version: undefined }, tagged: first, now: at(9) });
    expect(ended[0]?.periods[0]?.until).toBe(at(9));
  });

  test('a clock that is behind ends no period before its begin, and what serves stays the newest', () => {
    const late = decideTags({ serving: one, tagged: [], now: at(30) });
    const tagged = apply(late, decideTags({ serving: two, tagged: late, now: at(0) }));
    const ended = tagged.find(({ version }) => version === '1')?.periods;
    expect(ended).toEqual([{ revision: 'ocr-1', from: at(30), until: at(30) }]);
    const rows = historyOf({ revisions: [], tagged, serving: 'ocr-2', failed: [] });
    expect(rows.map(({ version, state }) => [version, state])).toEqual([
      ['2', 'serves'],
      ['1', 'served'],
    ]);
  });

  test('the longest tag that may be read fits with one period more', () => {
    const longest = Array.from({ length: mostPeriods }, (_, minute) => ({
      revision: `r${minute}`.padEnd(63, 'x'),
      ...{ from: at(minute), until: at(minute), commit: 'c'.repeat(64), run: 'r'.repeat(200) },
    }));
    const tagged = [{ version: '1', periods: parsePeriods(JSON.stringify(longest)) }];
    expect(tagged[0]?.periods).toHaveLength(mostPeriods);
    const [write] = decideTags({ serving: one, tagged, now: at(59) });
    const text = formatPeriods(write?.periods ?? []);
    expect(text.length).toBeLessThanOrEqual(5000);
    expect(parsePeriods(text).at(-1)).toEqual({ revision: 'ocr-1', from: at(59) });
    expect(parsePeriods(text).length).toBeGreaterThan(mostPeriods / 2);
  });

  test('whatever served before, afterwards exactly the serving version says so, and a second run writes nothing', async () => {
    const version = fc.constantFrom('1', '2', '3');
    const revision = fc.constantFrom('ocr-1', 'ocr-2', 'ocr-3', 'ocr-4');
    const steps = fc.array(
      fc.record({
        serving: fc.record({ revision, version: fc.option(version, { nil: undefined }) }),
        /** How many of the writes arrive before the run dies. */
        arrive: fc.nat({ max: 4 }),
      }),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        let tagged: TaggedVersion[] = [];
        for (const [minute, { serving, arrive }] of all.entries()) {
          const writes = decideTags({ serving, tagged, now: at(minute) });
          tagged = apply(tagged, writes.slice(0, arrive));
          // The run is repeated.
          tagged = apply(tagged, decideTags({ serving, tagged, now: at(minute) }));
          expect(decideTags({ serving, tagged, now: at(minute + 1) })).toEqual([]);
          const open = tagged.flatMap((one) =>
            one.periods.flatMap((period) => (period.until ? [] : [[one.version, period.revision]])),
          );
          expect(open).toEqual(serving.version === undefined ? [] : [[serving.version, serving.revision]]);
          for (const { periods } of tagged) {
            expect(periods.length).toBeLessThanOrEqual(mostPeriods);
            expect(parsePeriods(formatPeriods(periods))).toEqual(periods);
          }
        }
      }),
    );
  });

  test.each([
    ['no JSON', 'yes'],
    ['no list', '{"revision":"a","from":"2026-11-30T12:00:00Z"}'],
    ['a line break in a name', '[{"revision":"a\\n::error::x","from":"2026-11-30T12:00:00Z"}]'],
    ['no time', '[{"revision":"a","from":"yesterday"}]'],
    ['an end that is no time', '[{"revision":"a","from":"2026-11-30T12:00:00Z","until":"soon"}]'],
    ['more than fits', `["${'x'.repeat(30_000)}"]`],
  ])('a tag with %s counts as none', (_what, text) => {
    expect(parsePeriods(text)).toEqual([]);
  });
});

describe('the same as a label of Vertex AI', () => {
  const period: ServingPeriod = { revision: 'ocr-api-00012-abc', from: at(0) };
  const service = 'projects/my-project/locations/us-central1/services/ocr-api';

  test.each([
    [service, 'ocr-api-00012-abc', 'ocr-api-00012-abc'],
    [service, `ocr-api-${'x'.repeat(50)}`, `ocr-api-${'x'.repeat(28)}`],
    [
      `${service}${'y'.repeat(42)}`,
      `ocr-api${'y'.repeat(42)}-00012-abc`,
      `ocr-api${'y'.repeat(42)}-00012-abc`,
    ],
  ])('%s, %s: at most 63 characters, and it reads what it wrote', (name, revision, spelled) => {
    expect(spelledRevision(name, revision)).toBe(spelled);
    expect(spelledRevision(name, spelled)).toBe(spelled);
    expect(labelKey(name)).toMatch(/^[a-z][a-z0-9_-]{0,62}$/);
    for (const until of [undefined, at(9)]) {
      const value = labelValue(name, { ...period, revision, ...(until ? { until } : {}) });
      expect(value).toMatch(/^[a-z0-9_-]{1,63}$/);
      expect(readLabel(name, value)).toEqual({ revision: spelled, from: at(0), ...(until ? { until } : {}) });
    }
  });

  test('one service of two projects has two keys', () => {
    expect(labelKey(service)).not.toBe(labelKey(service.replace('my-project', 'other')));
  });

  test.each(['', 'x', '_20261130t120000z', 'a_20261399t120000z', 'a_20261130t120000z_soon', undefined])(
    'a label %j that is not ours counts as none',
    (value) => {
      expect(readLabel(service, value)).toBeUndefined();
    },
  );
});
