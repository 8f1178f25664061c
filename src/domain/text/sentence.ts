/** Starts a sentence with a capital letter. A revision's name, such as `ocr-api-00041-tep`, stays as it is. */
export const capital = (text: string) =>
  /^[a-z]+[ ,:]/.test(text) ? text.slice(0, 1).toUpperCase() + text.slice(1) : text;

const listWith = (word: string) => (items: readonly string[]) =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`;

/** `a`, `a and b`, `a, b and c`. */
export const andList = listWith('and');

/** `a`, `a or b`, `a, b or c`. */
export const orList = listWith('or');

/** `1 check`, `2 checks`. */
export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
