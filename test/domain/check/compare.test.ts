import { describe, expect, test } from '@jest/globals';
import { findingOf } from '../../../src/domain/check/evidence.ts';
import { applyFixes } from '../../../src/domain/check/fix/apply.ts';
import { unifiedDiff } from '../../../src/domain/check/fix/diff.ts';
import { releaseDefaults } from '../../../src/domain/check/rules/release/timeout.ts';
import { verdictOf } from '../../../src/domain/check/verdict.ts';
import { definitionFor } from '../../../src/inputs/table.ts';
import { check } from '../../support/check-repository.ts';

/** What a change brings, and what it may not switch off. */

const path = '.github/workflows/w.yml';
const workflow = (...lines: string[]) =>
  ['on: push', 'jobs:', '  a:', '    steps:', ...lines.map((line) => `      ${line}`), ''].join('\n');
const open = '- run: gcloud run deploy ocr --allow-unauthenticated';
const plain = '- run: gcloud run deploy ocr --image x';
const flags = (files: Record<string, string>, base: Record<string, string>) =>
  check(files, base)
    .found.filter(({ rule }) => rule === 'public-flag')
    .map(({ isNew }) => isNew);

describe('a finding', () => {
  test('is new if the change brings it', () => {
    expect(flags({ [path]: workflow(open) }, { [path]: workflow(plain) })).toEqual([true]);
  });

  test('is old if only its line moved, or its file', () => {
    const old = { [path]: workflow(open) };
    expect(flags({ [path]: workflow('# more', '# lines', open) }, old)).toEqual([false]);
    expect(flags({ '.github/workflows/other.yml': workflow(open) }, old)).toEqual([false]);
  });

  test('is new if it is copied', () => {
    const old = { [path]: workflow(open) };
    expect(flags({ ...old, '.github/workflows/copy.yml': workflow(open) }, old).sort()).toEqual([
      false,
      true,
    ]);
    expect(flags({ [path]: workflow(open, open) }, old).sort()).toEqual([false, true]);
  });

  test('fails by what is asked for', () => {
    const { found } = check({ [path]: workflow(open) }, { [path]: workflow(open) });
    const verdict = (failOn: 'new' | 'any' | 'never') =>
      verdictOf(found, { failOn, severity: 'medium' }, 1, true).verdict;
    expect([verdict('new'), verdict('any'), verdict('never')]).toEqual(['pass', 'fail', 'pass']);
    expect(verdictOf([], { failOn: 'any', severity: 'low' }, 0, false).verdict).toBe('inconclusive');
  });
});

describe('a comment that silences', () => {
  const comment = (reason: string) => `# backstay: ignore[public-flag] ${reason}`;
  const silent = { [path]: workflow(comment('a public page'), open) };

  test('counts with a reason', () => {
    const { found, silenced } = check(silent);
    expect(found.filter(({ rule }) => rule === 'public-flag')).toEqual([]);
    expect(silenced.map(({ reason }) => reason)).toEqual(['a public page']);
  });

  test('does not count without one, and is a finding', () => {
    const { found } = check({ [path]: workflow(comment(''), open) });
    expect(found.map(({ rule }) => rule)).toEqual(expect.arrayContaining(['public-flag', 'guard-softened']));
  });

  test('does not count if the change itself brings it', () => {
    const { found } = check(silent, { [path]: workflow(plain) });
    expect(found.filter(({ isNew }) => isNew).map(({ rule }) => rule)).toEqual(
      expect.arrayContaining(['public-flag', 'guard-softened']),
    );
  });

  test('counts if the base has it', () => {
    expect(check(silent, silent).found.filter(({ rule }) => rule === 'public-flag')).toEqual([]);
  });
});

test('the configuration of the base counts, not that of the change', () => {
  const file = 'backstay.check.yaml';
  const entry = 'ignore:\n  - rule: public-flag\n    path: .github/**\n    reason: a public page\n';
  const head = { [path]: workflow(open), [file]: entry };
  expect(check(head, { [path]: workflow(plain) }).found.map(({ rule }) => rule)).toEqual(
    expect.arrayContaining(['public-flag', 'guard-softened']),
  );
  expect(check(head, { ...head }).found.some(({ rule }) => rule === 'public-flag')).toBe(false);
  const late = { ...head, [file]: entry.replace('reason:', 'until: 2026-01-01\n    reason:') };
  expect(check(late, { ...late }).found.some(({ rule }) => rule === 'public-flag')).toBe(true);
});

test('a fix is made only where its text still stands', () => {
  const { found } = check({ [path]: workflow(open) });
  const own = found.filter(({ rule }) => rule === 'public-flag');
  expect(applyFixes(own, () => workflow(plain))).toEqual([]);
  const [fixed] = applyFixes(own, () => workflow(open));
  expect(fixed?.after).toContain('--no-allow-unauthenticated');
  expect(unifiedDiff(path, fixed?.before ?? '', fixed?.after ?? '')).toBe(
    [
      `--- a/${path}`,
      `+++ b/${path}`,
      '@@ -2,5 +2,5 @@',
      ...[' jobs:', '   a:', '     steps:', `-      ${open}`],
      '+      - run: gcloud run deploy ocr --no-allow-unauthenticated',
      ' ',
    ].join('\n'),
  );
});

test('a finding keeps its fingerprint parts in the report', () => {
  const [one] = check({ [path]: workflow(open) }).found;
  expect(one && findingOf(one)).toMatchObject({
    rule: 'public-flag',
    file: path,
    line: 5,
    about: [path, expect.any(String)],
  });
});

test('the defaults of the release are those of its inputs', () => {
  for (const [name, value] of Object.entries(releaseDefaults))
    expect([name, definitionFor(name, 'release').default]).toEqual([name, value]);
});
