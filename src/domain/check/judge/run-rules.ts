import { bySeverity } from '../../findings/rule.ts';
import type { CheckRule } from '../../findings/rules/check.ts';
import type { Facts } from '../facts/facts.ts';
import { isActionFile, isMakefile, isShell, isTerraform, isWorkflow } from '../facts/kinds.ts';
import type { Found, Unknown } from '../found.ts';
import type { RuleSet } from '../rules/core.ts';

/** Everything that the rules report about one commit, each place once for each rule. */
export function runRules(facts: Facts, rules: RuleSet): { found: Found[]; unknown: Unknown[] } {
  const found = new Map<string, Found>();
  const unknown = new Map<string, Unknown>();
  for (const [name, find] of Object.entries(rules)) {
    const rule = name as CheckRule;
    find(facts, {
      found: (one) => {
        const key = `${rule} ${one.at.file}:${one.at.line}:${one.at.column}`;
        const before = found.get(key);
        if (!before || bySeverity(one, before) < 0) found.set(key, { rule, ...one });
      },
      unknown: (at, what) =>
        unknown.set(`${rule} ${at.file}:${at.line}:${at.column} ${what}`, { rule, at, what }),
    });
  }
  const unread = facts.refused().map(
    ({ file, why }): Found => ({
      rule: 'check-unreadable',
      severity:
        isWorkflow(file) ||
        isActionFile(file) ||
        isTerraform(file) ||
        isMakefile(file) ||
        isShell(file) ||
        /alias|nested|holds more/.test(why)
          ? 'medium'
          : 'info',
      confidence: 'high',
      at: { file, line: 1, column: 1 },
      title: `${file} was not checked: ${why}.`,
      fix: 'Correct the file, so that it can be read.',
      evidence: `${file} ${why}`,
    }),
  );
  return { found: sorted([...found.values(), ...unread]), unknown: [...unknown.values()] };
}

export const sorted = (found: readonly Found[]): Found[] =>
  [...found].sort(
    (a, b) =>
      bySeverity(a, b) ||
      (a.at.file < b.at.file
        ? -1
        : a.at.file > b.at.file
          ? 1
          : a.at.line - b.at.line || a.at.column - b.at.column),
  );
