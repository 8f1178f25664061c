import { describe, expect, test } from '@jest/globals';
import { applyFixes } from '../../../src/domain/check/fix/apply.ts';
import { checkRules } from '../../../src/domain/findings/rules/check.ts';
import { check, type Files, rulesFound } from '../../support/check-repository.ts';
import { allCases } from './cases/all.ts';
import type { Case, Cases } from './cases/case.ts';

/** Every rule finds its bad repositories and none of its good ones. A fix, applied, makes the finding go away. */

const list = Object.entries(allCases) as [keyof Cases, { bad: readonly Case[]; good: readonly Case[] }][];
const nameOf = (one: Case) => one.shown.replace(/\s+/g, ' ').slice(0, 90);

test('every rule has at least three bad repositories and three good ones', () => {
  const few = list.filter(([, { bad, good }]) => bad.length < 3 || good.length < 3).map(([rule]) => rule);
  expect(few).toEqual([]);
  expect(Object.keys(checkRules).filter((rule) => !(rule in allCases))).toEqual(['check-unreadable']);
});

describe.each(list)('%s', (rule, { bad, good }) => {
  test.each(bad.map((one) => [nameOf(one), one] as const))('finds %s', (_, { files, base }) => {
    const result = check(files, base);
    expect(rulesFound(result)).toContain(rule);
    for (const { at } of result.found) {
      const lines = (files[at.file] ?? '').split('\n');
      expect([at.file, at.line >= 1 && at.line <= lines.length]).toEqual([at.file, true]);
    }
  });

  test.each(good.map((one) => [nameOf(one), one] as const))('does not find %s', (_, { files, base }) => {
    expect(rulesFound(check(files, base))).not.toContain(rule);
  });
});

describe('fixes', () => {
  const fixable = list.flatMap(([rule, { bad }]) =>
    bad
      .filter(({ files, base }) =>
        check(files, base).found.some((one) => one.rule === rule && (one.edits ?? []).length > 0),
      )
      .map((one) => [rule, nameOf(one), one] as const),
  );

  test('many rules have one', () => {
    expect(new Set(fixable.map(([rule]) => rule)).size).toBeGreaterThanOrEqual(14);
  });

  test.each(fixable)(
    '%s: applied to %s, nothing of the rule is left that it could fix',
    (rule, _, { files }) => {
      let now: Files = files;
      for (let turn = 0; turn < 5; turn++) {
        const own = check(now).found.filter((one) => one.rule === rule);
        const fixed = applyFixes(own, (file) => now[file]);
        if (fixed.length === 0) break;
        now = { ...now, ...Object.fromEntries(fixed.map(({ file, after }) => [file, after])) };
      }
      expect(now).not.toEqual(files);
      const left = check(now).found.filter((one) => one.rule === rule && (one.edits ?? []).length > 0);
      expect(left.map(({ title }) => title)).toEqual([]);
      // The fixed files can still be read.
      expect(check(now).found.filter((one) => one.rule === 'check-unreadable')).toEqual([]);
    },
  );
});
