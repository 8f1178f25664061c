import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { checkRules } from '../../../src/domain/findings/rules/check.ts';
import { testWith } from '../../support/foreign-tool.ts';
import { rowsOf } from './compare.ts';
import { corpus, layOut, type Variant } from './corpus.ts';
import { meanings } from './meanings.ts';
import { type Scanner, scanners } from './scanners.ts';
import type { Facts } from './table.ts';

/** The fast scanners on the whole corpus. `npm run peers -- check` also runs Checkov, and counts for the page. */

let root = '';
let variants: Variant[] = [];
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'check-corpus-'));
  variants = corpus();
  layOut(root, variants);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const run = (name: Scanner['name']) => {
  const scanner = scanners({ install: false }).found.find((one) => one.name === name);
  return scanner?.run(root, variants) ?? [];
};

testWith(
  'zizmor',
  'pip install zizmor==1.32.0',
  'zizmor still has the names that count as the same mistake',
  () => {
    const rows = rowsOf(variants, [{ name: 'zizmor', seen: run('zizmor') }]);
    const seen = rows.filter((row) => (row.seen.zizmor?.bad ?? 0) > 0).map(({ rule }) => rule);
    const expected = Object.entries(meanings).flatMap(([rule, names]) => (names.zizmor ? [rule] : []));
    // It asks for an environment only where a secret is used, and no case of that rule uses one.
    expect(seen.sort()).toEqual(expected.filter((rule) => rule !== 'no-environment').sort());
  },
);

testWith(
  'actionlint',
  'go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
  'every workflow of the cases is valid, so that nothing but the one mistake is wrong with it',
  () => {
    expect(run('actionlint')).toEqual([]);
  },
);

test('the facts of the page are about rules that exist', () => {
  const facts = JSON.parse(readFileSync(join(import.meta.dirname, 'facts.json'), 'utf8')) as Facts;
  expect(Object.keys(facts.versions)).toEqual(['zizmor', 'actionlint', 'Checkov']);
  expect(facts.rows.map(({ rule }) => rule).filter((rule) => !(rule in checkRules))).toEqual([]);
  expect(facts.rows.filter(({ bad, seen }) => bad < 3 || seen.ours?.bad !== bad)).toEqual([]);
});
