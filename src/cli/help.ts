import { pageUrl, product, slug, version } from '../domain/product.ts';
import type { Terminal } from './terminal/terminal.ts';
import { columns, wrap } from './terminal/wrap.ts';
import { verbs } from './verbs.ts';
import { globalFlags } from './words/find-verb.ts';

export type Face = Pick<Terminal, 'style' | 'width'>;

export const exitCodes: Readonly<Record<number, string>> = {
  0: 'It is as it should be, or was done as asked.',
  1: 'There are findings, or the verdict is fail.',
  2: 'It could not be found out or done, or the command line is wrong.',
  130: 'Interrupted.',
};

/** Verbs of the frame itself. */
export const builtIn: Readonly<Record<string, string>> = {
  help: 'Show all verbs, or what one verb takes.',
  version: 'Show the version.',
};

export const globalRows = Object.entries(globalFlags).map(([name, text]) => [`--${name}`, text] as const);

/** What `help` without a verb shows. It loads no verb. */
export function overview({ style, width }: Face): string {
  const rows = [
    ...Object.entries(verbs).map(([name, { summary }]) => [name, summary] as const),
    ...Object.entries(builtIn),
  ];
  return [
    `${style.bold(product)} ${version}: releases an HTTP function to Google Cloud, and takes it back by itself.`,
    '',
    `${style.bold('Usage')}  ${slug} VERB [flags]`,
    '',
    style.bold('Verbs'),
    columns(rows, width),
    '',
    style.bold('Flags of every verb'),
    columns(globalRows, width),
    '',
    wrap(`${slug} help VERB shows the flags of a verb. ${pageUrl('docs/reference/command-line.md')}`, width),
  ].join('\n');
}
