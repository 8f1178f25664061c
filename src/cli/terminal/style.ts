/** Colours of a terminal. Every function returns its text, wrapped or not. A text without a character gets no codes. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

export function styleOf(colours: boolean): Style {
  const with_ = ([on, off]: readonly number[]) =>
    colours
      ? (text: string) => (text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`)
      : (text: string) => text;
  return {
    bold: with_(codes.bold),
    dim: with_(codes.dim),
    red: with_(codes.red),
    green: with_(codes.green),
    yellow: with_(codes.yellow),
    cyan: with_(codes.cyan),
  };
}
