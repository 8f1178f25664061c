/** A text as a part of a regular expression, in which no character has a meaning of its own. */
export const escapeRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
