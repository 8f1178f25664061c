import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { replayDifferences } from '../scripts/gallery/replayed.ts';
import { reportSchema } from '../src/domain/product.ts';
import { parseOpenSlo } from '../src/domain/slo/openslo.ts';
import { parseSuite } from '../src/domain/smoke/suite/suite.ts';
import { parseRecord } from '../src/domain/traffic/parse-record.ts';
import type { ReleaseRecord } from '../src/domain/traffic/record.ts';
import { decideSettlement } from '../src/domain/traffic/settle.ts';
import { resumeWatch } from '../src/domain/watch/resume.ts';

/**
 * Files as earlier versions wrote them, read by this one with the same result. docs/understand/versioning.md promises it. `npm run freeze`
 * adds the files of a version; they are never changed.
 */

const folder = join(import.meta.dirname, 'compat');
const versions = readdirSync(folder);
const read = (version: string, file: string) => readFileSync(join(folder, version, file), 'utf8');
const stories = ['promoted', 'rolled-back'];

test('there are files of the first version', () => expect(versions).toContain('v0.1'));

describe.each(versions)('files of %s', (version) => {
  test.each(stories)('the report of a release that was %s replays to the same verdicts', (story) => {
    const report = JSON.parse(read(version, `report-${story}.json`));
    expect(report.schema).toBe(reportSchema);
    const segments = report.evidence.release.segments as { evidence?: { replay?: { steps?: unknown[] } } }[];
    expect(segments.filter(({ evidence }) => evidence !== undefined).length).toBeGreaterThan(0);
    expect(replayDifferences(report)).toEqual([]);
    // The comparison sees a difference.
    const last = report.evidence.release.segments.at(-1);
    last.verdict = last.verdict === 'pass' ? 'fail' : 'pass';
    expect(replayDifferences(report)).toHaveLength(1);
  });

  const records = stories.flatMap((story) =>
    read(version, `records-${story}.jsonl`)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; record: string })
      .map(({ kind, record }) => ({ title: `${story}: ${kind}`, text: record })),
  );

  const parsed = (text: string): ReleaseRecord => {
    const found = parseRecord(text);
    if (found.kind !== 'record') throw new Error(JSON.stringify(found));
    return found.record;
  };

  test('the records cover an open release, a watch and a closed one', () => {
    const phases = new Set(records.map(({ text }) => parsed(text).phase));
    for (const phase of ['building', 'smoking', 'canary', 'closed']) expect(phases).toContain(phase);
    expect(records.some(({ title }) => title.endsWith('with watch'))).toBe(true);
  });

  test.each(records)('$title is read whole', ({ text }) => {
    const raw = JSON.parse(text);
    const record = parsed(text);
    for (const field of ['phase', 'run', 'before', 'wrote', 'candidate', 'stable', 'failed', 'expires'])
      expect(record[field as keyof ReleaseRecord]).toEqual(
        raw[field] ?? record[field as keyof ReleaseRecord],
      );
    // What a later version adds is left alone.
    expect(parsed(JSON.stringify({ ...raw, added_later: { a: 1 } }))).toEqual(record);
    expect(parseRecord(JSON.stringify({ ...raw, v: 2 }))).toEqual({ kind: 'newer', version: 2 });
  });

  test.each(records)('$title: a dead release is taken back, and an ended one is left alone', ({ text }) => {
    const record = parsed(text);
    const serving = record.wrote.flatMap(({ revision, percent }) =>
      revision && percent ? [{ revision, percent }] : [],
    );
    const settlement = decideSettlement({
      parsed: parseRecord(text),
      purpose: 'janitor',
      live: record.wrote,
      serving,
      latestCreated: record.candidate,
      latestReady: record.candidate,
      run: 'over',
      now: Date.parse(record.expires ?? '') + 1,
      building: false,
      before: 'ready',
    });
    // A first release has nothing to go back to.
    const open = record.before_revision === undefined ? 'hands_off' : 'put_back';
    expect(settlement.do).toBe(record.phase === 'closed' ? 'nothing' : open);
    if (settlement.do !== 'put_back') return;
    const back = settlement.traffic.filter(({ percent }) => percent);
    expect(back.every(({ revision }) => revision === undefined || revision === record.before_revision)).toBe(
      true,
    );
  });

  test('a watch goes on from the state that was saved', () => {
    const states = records.flatMap(({ text }) => parsed(text).watch?.state ?? []);
    expect(states.length).toBeGreaterThan(0);
    for (const state of states) {
      const { plan } = state as { plan: { tests: Parameters<typeof resumeWatch>[1] } };
      expect(resumeWatch(state, plan.tests)).toEqual(state);
    }
  });

  test('its smoke suite and its SLO file are valid', () => {
    expect(parseSuite(read(version, 'backstay.smoke.yaml'), 'backstay.smoke.yaml').problems).toBeUndefined();
    expect(parseOpenSlo(read(version, 'backstay.slo.yaml'), 'backstay.slo.yaml')).not.toHaveProperty(
      'problems',
    );
  });
});

test('each minor version that the changelog names has its files', () => {
  const changelog = readFileSync(join(import.meta.dirname, '../CHANGELOG.md'), 'utf8');
  const minors = [...changelog.matchAll(/^## \[?(\d+\.\d+)\.0\b/gm)].map(([, minor]) => `v${minor}`);
  expect(minors.filter((minor) => !existsSync(join(folder, minor)))).toEqual([]);
});
