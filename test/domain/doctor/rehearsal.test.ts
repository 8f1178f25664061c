import { describe, expect, test } from '@jest/globals';
import { type CleanupPolicy, fateOf, type StoredImage } from '../../../src/domain/doctor/cleanup.ts';
import { judgeRehearsal, type RehearsedElsewhere, wayBack } from '../../../src/domain/doctor/rehearsal.ts';

const day = 86_400_000;
const now = 100 * day;
const image = (ageDays: number, more: Partial<StoredImage> = {}): StoredImage => ({
  name: 'ocr',
  digest: `sha256:${String(ageDays).padStart(64, '0')}`,
  tags: [],
  uploadedAt: now - ageDays * day,
  ...more,
});
const drop = (condition: Partial<NonNullable<CleanupPolicy['condition']>>): CleanupPolicy => ({
  id: 'drop',
  action: 'DELETE',
  condition: {
    tagState: 'ANY',
    tagPrefixes: [],
    versionPrefixes: [],
    packagePrefixes: [],
    olderThan: undefined,
    newerThan: undefined,
    ...condition,
  },
});
const hold = (condition: Partial<NonNullable<CleanupPolicy['condition']>>): CleanupPolicy => ({
  ...drop(condition),
  ...{ id: 'hold', action: 'KEEP' },
});
const keep = (keepCount: number, packagePrefixes: string[] = []): CleanupPolicy => ({
  id: 'keep',
  action: 'KEEP',
  mostRecent: { keepCount, packagePrefixes },
});
const days = (count: number) => count * 86_400;

describe('what clean-up policies do to an image', () => {
  const old = image(40);
  const all = [image(1), image(20), old];
  test.each<[string, CleanupPolicy[], 'stays' | number]>([
    ['no policy', [], 'stays'],
    ['older than 30 days: now', [drop({ olderThan: days(30) })], 0],
    ['older than 60 days: in 20', [drop({ olderThan: days(60) })], 20],
    ['the first of two counts', [drop({ olderThan: days(60) }), drop({ olderThan: days(50) })], 10],
    ['untagged', [drop({ tagState: 'UNTAGGED' })], 0],
    ['tagged', [drop({ tagState: 'TAGGED' })], 'stays'],
    ['another package', [drop({ packagePrefixes: ['web'] })], 'stays'],
    ['this package', [drop({ packagePrefixes: ['oc'] })], 0],
    ['a tag that it does not have', [drop({ tagPrefixes: ['dev-'] })], 'stays'],
    ['newer than 30 days', [drop({ newerThan: days(30) })], 'stays'],
    ['kept as one of the last three', [drop({ tagState: 'ANY' }), keep(3)], 'stays'],
    ['not one of the last two', [drop({ tagState: 'ANY' }), keep(2)], 0],
    ['kept for another package only', [drop({ tagState: 'ANY' }), keep(9, ['web'])], 0],
    ['a keep policy alone deletes nothing', [keep(1)], 'stays'],
    ['kept by its tag state', [drop({}), hold({ tagState: 'UNTAGGED' })], 'stays'],
    ['kept only until it is 50 days old', [drop({}), hold({ newerThan: days(50) })], 10],
    ['no longer kept, as it is too old', [drop({}), hold({ newerThan: days(30) })], 0],
    ['not kept yet, as it is too young', [drop({}), hold({ olderThan: days(60) })], 0],
    [
      'kept from the day on which it would go',
      [drop({ olderThan: days(60) }), hold({ olderThan: days(60) })],
      'stays',
    ],
    [
      'deleted only while it is young, and kept for that time',
      [drop({ newerThan: days(50) }), hold({ newerThan: days(50) })],
      'stays',
    ],
    [
      'two protections, one after the other',
      [drop({}), hold({ newerThan: days(45) }), hold({ olderThan: days(42), newerThan: days(70) })],
      30,
    ],
    ['deleted perhaps, by a condition that is not known', [drop({ more: true })], 0],
    ['kept perhaps, by a condition that is not known', [drop({}), hold({ more: true })], 0],
  ])('%s', (_, policies, expected) => {
    const fate = fateOf(old, all, policies, now);
    expect(fate.fate === 'stays' ? 'stays' : (fate.at - now) / day).toBe(expected);
  });
});

describe('the revision that a rollback goes to', () => {
  const revision = (name: string, created: string, ready = true) => ({
    name,
    created,
    ready,
    image: undefined,
  });
  const list = [revision('a', '1'), revision('b', '2'), revision('c', '3', false), revision('d', '4')];
  test.each<[string, (string | undefined)[], string | undefined]>([
    ['the newest ready one', [], 'b'],
    ['the one that the record names', [undefined, 'a'], 'a'],
    ['not one that serves', ['d'], 'b'],
    ['not one that is not ready', ['c', 'b'], 'b'],
  ])('%s', (_, recorded, expected) => {
    expect(wayBack(list, ['d'], recorded)?.name).toBe(expected);
  });
  test('there is none after a first release', () => {
    expect(wayBack([revision('d', '4')], ['d'], [])).toBeUndefined();
    expect(judgeRehearsal(undefined, undefined, ['d'], now).findings).toMatchObject([
      { rule: 'doctor-no-way-back' },
    ]);
  });
});

describe('the rehearsal', () => {
  const stored = image(10);
  const target = {
    name: 'b',
    ready: true,
    created: '2',
    image: `us-central1-docker.pkg.dev/p/r/ocr@${stored.digest}`,
  };
  const place = { project: 'p', location: 'us-central1', repository: 'r' };
  const judge = (more: object, to = target) => judgeRehearsal(to, { ...place, ...more }, ['d'], now);
  test.each<[string, object, string, string | undefined]>([
    ['in order', { images: [stored], policies: [] }, 'ok', undefined],
    ['the image is gone', { images: [image(3)], policies: [] }, 'bad', 'doctor-image-gone'],
    [
      'a policy takes it',
      { images: [stored], policies: [drop({ olderThan: days(15) })] },
      'warn',
      'doctor-image-cleaned',
    ],
    [
      'a policy that is only tried',
      { images: [stored], policies: [drop({})], dryRun: true },
      'ok',
      undefined,
    ],
    ['images that could not be read', { unread: '403' }, 'unknown', undefined],
    ['policies that could not be read', { images: [stored] }, 'unknown', undefined],
  ])('%s', (_, more, state, rule) => {
    const found = judge(more);
    expect([found.state, found.findings[0]?.rule]).toEqual([state, rule]);
  });
  test('an image by tag is found by its name and tag', () => {
    const by = { ...target, image: 'us-central1-docker.pkg.dev/p/r/ocr:version_1' };
    const tagged = { ...stored, tags: ['version_1'] };
    expect(judge({ images: [tagged], policies: [] }, by).state).toBe('ok');
    expect(judge({ images: [{ ...tagged, name: 'web' }], policies: [] }, by).state).toBe('bad');
  });
  test.each<[string, RehearsedElsewhere, string, string | undefined, RegExp]>([
    [
      'there',
      { host: 'docker.io', answer: { ok: true, image: { asked: 'i', image: 'i', digest: 'd' } } },
      'ok',
      undefined,
      /docker\.io has its image today\. .* remote repository/,
    ],
    [
      'gone',
      {
        host: 'docker.io',
        answer: { ok: false, problem: { problem: 'absent', image: 'i', by: 'digest' } },
      },
      'bad',
      'doctor-image-gone',
      /docker\.io\/acme\/ocr.* is no longer in docker\.io/,
    ],
    [
      'not shown to this identity',
      { host: 'docker.io', answer: { ok: false, problem: { problem: 'denied', image: 'i', host: 'h' } } },
      'warn',
      'doctor-image-unseen',
      /cannot be seen by this identity/,
    ],
    [
      'in a registry of which Cloud Run pulls nothing',
      {
        host: 'ghcr.io',
        answer: { ok: false, problem: { problem: 'registry', image: 'i', host: 'ghcr.io' } },
      },
      'warn',
      'doctor-image-unseen',
      /Whether ghcr\.io still has/,
    ],
    [
      'not to be reached',
      { host: 'docker.io', unread: 'It answered 500.' },
      'unknown',
      undefined,
      /could not be looked up in docker\.io: It answered 500/,
    ],
  ])('an image outside of Artifact Registry: %s', (_, elsewhere, state, rule, text) => {
    const to = { ...target, image: `docker.io/acme/ocr@${stored.digest}` };
    const found = judgeRehearsal(to, elsewhere, ['d'], now);
    expect([found.state, found.findings[0]?.rule]).toEqual([state, rule]);
    expect(found.text).toMatch(text);
  });
  test('it says in how many days', () => {
    expect(judge({ images: [stored], policies: [drop({ olderThan: days(15) })] }).text).toContain(
      'deletes it in 5 days',
    );
  });
});
