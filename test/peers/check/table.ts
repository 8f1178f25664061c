import type { Row } from './compare.ts';

export interface Facts {
  date: string;
  versions: Record<string, string>;
  rows: Row[];
}

/** The table of docs/understand/checks-compared.md. A dash: the scanner sees none of them. */
export function tableOf({ date, versions, rows }: Facts): string {
  const names = Object.keys(versions) as (keyof Row['seen'])[];
  const cell = (row: Row, name: keyof Row['seen']): string => {
    const { bad, good } = row.seen[name] ?? { bad: 0, good: 0 };
    const also = good > 0 ? `, and ${good} of ${row.good} right` : '';
    return bad === 0 && good === 0 ? '–' : `${bad}${also}`;
  };
  const sum = (name: keyof Row['seen']) => rows.reduce((all, row) => all + (row.seen[name]?.bad ?? 0), 0);
  const none = rows.filter((row) => names.every((name) => (row.seen[name]?.bad ?? 0) === 0));
  return [
    `Counted on ${date}, with ${names.map((name) => `${name} ${versions[name]}`).join(', ')}.`,
    '',
    `| rule | wrong variants | this check | ${names.join(' | ')} |`,
    `|:--|--:|--:|${names.map(() => '--:').join('|')}|`,
    ...rows.map(
      (row) =>
        `| [${row.rule}](../reference/checks.md#${row.rule}) | ${row.bad} | ${['ours' as const, ...names].map((name) => cell(row, name)).join(' | ')} |`,
    ),
    `| all | ${rows.reduce((all, { bad }) => all + bad, 0)} | ${['ours' as const, ...names].map(sum).join(' | ')} |`,
    '',
    `${none.length} of the ${rows.length} rules are seen by none of the others.`,
  ].join('\n');
}
