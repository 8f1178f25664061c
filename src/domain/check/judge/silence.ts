import { product, slug } from '../../product.ts';
import type { Facts } from '../facts/facts.ts';
import type { Found } from '../found.ts';

/** A comment that silences rules on its line, or on the next line if it stands alone. */
export interface Silence {
  file: string;
  /** The line that it silences. */
  line: number;
  commentLine: number;
  rules: string[];
  reason: string;
}

const comment = new RegExp(`(?:#|//|--)\\s*${slug}:\\s*ignore\\[([\\w,\\s-]*)\\]\\s*(.*)$`);

/** All comments of a commit, such as `# backstay: ignore[public-flag] the site is public on purpose`. */
export function silencesOf({ repository }: Facts, files: ReadonlySet<string>): Silence[] {
  return [...files].flatMap((file) => {
    const text = repository.text(file);
    if (!text?.includes(`${slug}:`)) return [];
    const lines = text.split('\n');
    return lines.flatMap((line, index) => {
      const [, names, reason = ''] = comment.exec(line) ?? [];
      if (names === undefined) return [];
      const alone = /^\s*(#|\/\/|--)/.test(line);
      let target = index;
      if (alone) while (target + 1 < lines.length && /^\s*(#|\/\/|--|$)/.test(lines[target] ?? '')) target++;
      const rules = names
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean);
      return [
        {
          file,
          line: target + 1,
          commentLine: index + 1,
          rules,
          reason: reason.replace(/\*\/\s*$/, '').trim(),
        },
      ];
    });
  });
}

export const silences = (silence: Silence, found: Found): boolean =>
  silence.file === found.at.file && silence.line === found.at.line && silence.rules.includes(found.rule);

/** A comment without a reason silences nothing. */
export const hasReason = ({ reason }: Silence): boolean => /\p{L}{3,}/u.test(reason);

const keyOf = ({ file, rules, reason }: Silence) => `${file}\n${rules.join(',')}\n${reason}`;

/** Comments that the base does not have. A change cannot silence what it brings. */
export function newSilences(head: readonly Silence[], base: readonly Silence[]): Silence[] {
  const known = base.map(keyOf);
  return head.filter((silence) => {
    const at = known.indexOf(keyOf(silence));
    if (at >= 0) known.splice(at, 1);
    return at < 0;
  });
}

/** The finding about a comment that does not count. */
export function softened(silence: Silence, why: 'new' | 'no reason'): Found {
  const isNew = why === 'new';
  return {
    rule: 'guard-softened',
    severity: isNew ? 'high' : 'medium',
    confidence: 'high',
    at: { file: silence.file, line: silence.commentLine, column: 1 },
    title: isNew
      ? `This change silences ${silence.rules.join(', ')}. ${product} does not act on it before it is merged.`
      : `The comment that silences ${silence.rules.join(', ')} gives no reason, so it does not count.`,
    fix: isNew
      ? 'Let an owner review the reason.'
      : `Write a reason behind the bracket: ${slug}: ignore[${silence.rules.join(', ')}] why it is right here`,
    evidence: `${silence.file} silence ${silence.rules.join(',')} ${why}`,
  };
}
