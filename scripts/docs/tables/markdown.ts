import type { Described, DescribedGroup } from './describe.ts';

const cell = (text: string) => text.trim().replace(/\s+/g, ' ').replace(/\|/g, '\\|');

const code = (text: string) => (text === '' ? '' : /^\(.*\)$/.test(text) ? text : `\`${cell(text)}\``);

function row({ name, required, sentence, fallback, example }: Described): string {
  const unset = required ? '**required**' : cell(fallback);
  return `| \`${name}\` | ${cell(sentence)} | ${unset} | ${code(example)} |`;
}

/** Writes one table of inputs. */
export function inputTable(inputs: readonly Described[]): string {
  return ['| input | what it does | default | example |', '|:--|:--|:--|:--|', ...inputs.map(row)].join('\n');
}

/** Writes a heading and a table for each group. */
export function inputTables(groups: readonly DescribedGroup[], heading = '###'): string {
  return groups.map(({ title, inputs }) => `${heading} ${title}\n\n${inputTable(inputs)}`).join('\n\n');
}

export function outputTable(outputs: Readonly<Record<string, string>>): string {
  const rows = Object.entries(outputs).map(([name, sentence]) => `| \`${name}\` | ${cell(sentence)} |`);
  return ['| output | what it is |', '|:--|:--|', ...rows].join('\n');
}
