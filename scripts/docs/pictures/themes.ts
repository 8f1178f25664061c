/** Colours of a picture on a light page and on a dark one. Each has a contrast of at least 4.5, as text needs. */
export interface Colours {
  text: string;
  quiet: string;
  good: string;
  bad: string;
}

export const themes: Readonly<Record<string, Colours>> = {
  light: { text: '#1f2328', quiet: '#59636e', good: '#1a7f37', bad: '#cf222e' },
  dark: { text: '#f0f6fc', quiet: '#9198a1', good: '#3fb950', bad: '#ff7b72' },
};

export type Anchor = 'start' | 'middle' | 'end';

export const text = (
  x: number,
  y: number,
  words: string,
  fill: string,
  anchor: Anchor = 'start',
  bold = false,
) =>
  `  <text x="${x}" y="${y}" fill="${fill}"${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}${bold ? ' font-weight="600"' : ''}>${words}</text>`;

/** A picture that is 640 wide: a page on a phone shows it at about half of that, so letters of 24 are still read. */
export const svg = (height: number, title: string, lines: readonly string[]): string =>
  `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 ${height}" font-family="system-ui, -apple-system, 'Segoe UI', 'Noto Sans', sans-serif" font-size="24" role="img">`,
    `  <title>${title}</title>`,
    ...lines,
    '</svg>',
  ].join('\n')}\n`;
