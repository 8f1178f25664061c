import { checkFile } from '../../product.ts';
import { itemsOf, nodeAt, textAt } from '../../yaml/node.ts';
import type { Facts } from '../facts/facts.ts';
import type { Found } from '../found.ts';

/** One entry of `ignore:` in the configuration of the check. */
export interface Ignored {
  rule: string;
  /** A path, with `*` and `**`. Undefined: every file. */
  path: string | undefined;
  reason: string;
  /** ISO day after which the entry no longer counts. */
  until: string | undefined;
}

/** What the repository says about its check. An entry without a reason does not count. */
export function configurationOf(facts: Facts): Ignored[] {
  const read = facts.yaml(checkFile);
  const root = read && 'documents' in read ? read.documents[0] : undefined;
  return itemsOf(nodeAt(root, 'ignore')).flatMap((entry) => {
    const [rule, reason] = [textAt(entry, 'rule'), textAt(entry, 'reason') ?? ''];
    if (rule === undefined || !/\p{L}{3,}/u.test(reason)) return [];
    return [{ rule, path: textAt(entry, 'path'), reason, until: textAt(entry, 'until') }];
  });
}

export const ignores = ({ rule, path, until }: Ignored, found: Found, today: string): boolean =>
  rule === found.rule &&
  (until === undefined || today <= until) &&
  (path === undefined || fits(path, found.at.file));

/** `*` stands for any text without a slash, `**` for any text. */
function fits(pattern: string, path: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\?]/g, '\\$&')
    .replace(/\*\*\/?|\*/g, (star) => (star === '*' ? '[^/]*' : '.*'));
  return new RegExp(`^${source}$`).test(path);
}

const keyOf = ({ rule, path = '', until = '' }: Ignored) => `${rule} ${path} ${until}`;

/** Entries that a change adds. The check uses those of the base, so they do not count yet. */
export function configurationChanges(head: readonly Ignored[], base: readonly Ignored[]): Found[] {
  const known = new Set(base.map(keyOf));
  return head
    .filter((entry) => !known.has(keyOf(entry)))
    .map(
      (entry): Found => ({
        rule: 'guard-softened',
        severity: 'high',
        confidence: 'high',
        at: { file: checkFile, line: 1, column: 1 },
        title: `This change lets the check ignore ${entry.rule}${entry.path ? ` in ${entry.path}` : ''}. It does not count before it is merged.`,
        fix: 'Let an owner review the reason.',
        evidence: `${checkFile} ${keyOf(entry)}`,
      }),
    );
}
