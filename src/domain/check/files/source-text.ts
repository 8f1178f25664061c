/** The code with its comments turned into blanks, so that offsets stay. Strings are kept. */
export function blockComments(text: string, isPython: boolean): string {
  const pattern = isPython
    ? /("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(#[^\n]*)/g
    : /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|(\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))/g;
  return text.replace(pattern, (all, kept: string | undefined) =>
    kept === undefined ? all.replace(/[^\n]/g, ' ') : all,
  );
}
