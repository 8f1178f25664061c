import type { CheckRule } from '../../../src/domain/findings/rules/check.ts';
import type { Variant } from './corpus.ts';
import { means } from './meanings.ts';
import type { Scanner, Seen } from './scanners.ts';

/** How many of the wrong variants of a rule each scanner sees, and how many of the right ones it reports all the same. */
export interface Row {
  rule: CheckRule;
  bad: number;
  good: number;
  seen: Partial<Record<'ours' | Scanner['name'], { bad: number; good: number }>>;
}

type Found = readonly { name: Scanner['name']; seen: readonly Seen[] }[];

export function rowsOf(variants: readonly Variant[], found: Found): Row[] {
  return [...new Set(variants.map(({ rule }) => rule))].map((rule) => {
    const own = variants.filter((one) => one.rule === rule);
    const count = (sees: (one: Variant) => boolean) => ({
      bad: own.filter((one) => one.isBad && sees(one)).length,
      good: own.filter((one) => !one.isBad && sees(one)).length,
    });
    const others = found.map(({ name, seen }) => [
      name,
      count(({ folder }) => seen.some((one) => one.folder === folder && means(rule, name, one.id))),
    ]);
    return {
      rule,
      ...count(() => true),
      seen: { ours: count(({ ours }) => ours), ...Object.fromEntries(others) },
    };
  });
}

/** What the scanners report for a rule and `meanings` does not count: one line each, with the numbers of variants. */
export function uncounted(variants: readonly Variant[], { name, seen }: Found[number]): string[] {
  const lines: string[] = [];
  for (const rule of new Set(variants.map((one) => one.rule))) {
    const own = variants.filter((one) => one.rule === rule);
    const ids = new Set(seen.filter(({ folder }) => folder.startsWith(`${rule}/`)).map(({ id }) => id));
    for (const id of [...ids].sort()) {
      if (means(rule, name, id)) continue;
      const times = (isBad: boolean) =>
        own.filter(
          (one) => one.isBad === isBad && seen.some((it) => it.folder === one.folder && it.id === id),
        ).length;
      lines.push(`${rule}: ${name} ${id}: ${times(true)} wrong, ${times(false)} right`);
    }
  }
  return lines;
}
