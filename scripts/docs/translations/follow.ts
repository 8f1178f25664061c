import { createHash } from 'node:crypto';
import { posix } from 'node:path';

/**
 * A translated page begins with `<!-- of: PAGE sha256:… -->`: its English page, and the hash of the text that it follows.
 * If the English text has changed since, the page carries a visible mark. A translator who has followed the change deletes
 * `sha256:…`, and `npm run docs` writes the new hash and takes the mark away.
 */
const head = /^<!-- of: (\S+?)(?: sha256:([0-9a-f]{16}))? -->\n/;
const mark = /^> \*\*영어 문서가 바뀌었습니다\.\*\*.*\n\n/;

/** Hash of a page. Where a line of prose breaks does not matter; in a block of code every character does. */
export function hashOf(english: string): string {
  const parts = english.split(/^(```[\s\S]*?^```)/m);
  const text = parts.map((part, at) => (at % 2 === 1 ? part : part.replace(/\s+/g, ' '))).join('');
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

export interface Translation {
  /** The English page, from the top of the repository. */
  of: string;
  /** Hash of the English text that this page follows. Undefined if its translator says that it follows the present one. */
  hash: string | undefined;
  marked: boolean;
  /** The page without its first comment and without the mark. */
  body: string;
}

export function parseTranslation(text: string): Translation {
  const [first, of, hash] = head.exec(text) ?? [];
  if (first === undefined || of === undefined)
    throw new Error('a translation begins with "<!-- of: PAGE -->"');
  const rest = text.slice(first.length).replace(/^\n+/, '');
  return { of, hash, marked: mark.test(rest), body: rest.replace(mark, '') };
}

/** The page with its hash, and with the mark if the English page has changed since. `path` is the page's own. */
export function followed(path: string, text: string, english: (page: string) => string): string {
  const { of, hash, body } = parseTranslation(text);
  const now = hashOf(english(of));
  const link = posix.relative(posix.dirname(path), of);
  const stale = `> **영어 문서가 바뀌었습니다.** 이 문서에는 아직 바뀐 내용이 반영되지 않았습니다. 최신 내용은 [영어 문서](${link})에서 확인하십시오.\n\n`;
  return `<!-- of: ${of} sha256:${hash ?? now} -->\n\n${(hash ?? now) === now ? '' : stale}${body}`;
}
