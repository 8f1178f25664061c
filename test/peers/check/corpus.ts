import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type CheckRule, checkRules } from '../../../src/domain/findings/rules/check.ts';
import { allCases } from '../../domain/check/cases/all.ts';
import { check, type Files, rulesFound } from '../../support/check-repository.ts';

/** The repositories of the rules' own tests: those that are wrong in one point, and those that are right. */

export interface Variant {
  rule: CheckRule;
  isBad: boolean;
  /** The folder of its files, for example `public-flag/bad-2`. */
  folder: string;
  files: Files;
  /** Does our check find the rule in it? */
  ours: boolean;
}

export function corpus(): Variant[] {
  return (Object.keys(checkRules) as CheckRule[]).flatMap((rule) => {
    const { bad = [], good = [] } = allCases[rule] ?? {};
    return [...bad.map((one) => ({ one, isBad: true })), ...good.map((one) => ({ one, isBad: false }))].map(
      ({ one, isBad }, index) => ({
        rule,
        isBad,
        folder: `${rule}/${isBad ? 'bad' : 'good'}-${isBad ? index + 1 : index + 1 - bad.length}`,
        files: one.files,
        ours: rulesFound(check(one.files, one.base)).includes(rule),
      }),
    );
  });
}

/** Writes each variant into a folder of its own. */
export function layOut(root: string, variants: readonly Variant[]): void {
  for (const { folder, files } of variants)
    for (const [name, text] of Object.entries(files)) {
      const path = join(root, folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
}
