/** Starts a sentence with a capital letter. A revision's name, such as `ocr-api-00041-tep`, stays as it is. */
export const capital = (text: string) =>
  /^[a-z]+[ ,:]/.test(text) ? text.slice(0, 1).toUpperCase() + text.slice(1) : text;

/** `a`, `a and b`, `a, b and c`. */
export const andList = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
