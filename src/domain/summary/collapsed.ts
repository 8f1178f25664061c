/** Lines that a reader unfolds. They render as Markdown, because an empty line follows the summary. */
export const collapsed = (title: string, lines: readonly string[]): string[] => [
  `<details><summary>${title}</summary>`,
  '',
  ...lines,
  '</details>',
  '',
];
