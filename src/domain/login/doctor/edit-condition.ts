import { type Claims, claimText } from '../claims.ts';
import { celText } from '../commands.ts';
import { holds, type Mapped } from './cel.ts';
import { conjuncts } from './condition.ts';

/**
 * Widens only the parts of the condition that keep this run out, and only for this run. A name becomes a numeric id, and
 * a subject becomes repository and ref. Undefined if that is not possible or would still keep the run out.
 */
export function widened(condition: string, claims: Claims, mapped: Mapped): string | undefined {
  const parts = conjuncts(condition, claims, mapped).map(({ text, truth, reads }) => {
    if (truth === 'true' || truth === 'unknown') return text;
    const own = [...new Set(reads.flatMap(({ name }) => valuesOf(name, claims, mapped)))];
    return own.length > 0 ? `(${text} || ${own.join(' && ')})` : undefined;
  });
  if (parts.some((part) => part === undefined)) return undefined;
  const result = parts.join(' && ');
  return holds(result, claims, mapped) === 'true' ? result : undefined;
}

function equalsClaim(claims: Claims, claim: string): string[] {
  const value = claimText(claims, claim);
  return value === undefined ? [] : [`assertion.${claim} == '${celText(value)}'`];
}

/** Comparisons that hold for this run, on claims that no one else can get. */
function valuesOf(name: string, claims: Claims, mapped: Mapped): string[] {
  const [space = '', key = ''] = name.split('.');
  const equals = (claim: string) => equalsClaim(claims, claim);
  if (space === 'attribute') {
    const value = mapped.attributes[key];
    return value === undefined ? [] : [`attribute.${key} == '${celText(value)}'`];
  }
  if (space === 'google' || key === 'sub') return [...equals('repository_id'), ...equals('ref')];
  if (key === 'repository') return equals('repository_id');
  if (key === 'repository_owner') return equals('repository_owner_id');
  return equals(key);
}

/** Comparisons for the repository of this run, by numeric ids that no one else can get. */
const byId = (claims: Claims): string[] => [
  ...equalsClaim(claims, 'repository_owner_id'),
  ...equalsClaim(claims, 'repository_id'),
];

const joined = (parts: readonly string[]) => [...new Set(parts)].join(' && ');

/**
 * Adds a part to the condition and keeps the others.
 * @param extra the new part; by default the repository of this run by its ids
 */
export function narrowed(
  condition: string | undefined,
  claims: Claims,
  mapped: Mapped,
  extra?: string,
): string {
  const kept = condition?.trim() ? conjuncts(condition, claims, mapped).map(({ text }) => text) : [];
  const whole = kept.map((text) => (kept.length > 1 || !/\|\||\?/.test(text) ? text : `(${text})`));
  return joined([...whole, ...(extra === undefined ? byId(claims) : [extra])]);
}

/** Replaces those parts by numeric ids that would fail after the claims change from `claims` to `later`. */
export function surviving(
  condition: string,
  claims: Claims,
  later: { claims: Claims; mapped: Mapped },
): string {
  const kept = conjuncts(condition, later.claims, later.mapped).flatMap(({ text, truth }) =>
    truth === 'true' || truth === 'unknown' ? [text] : [],
  );
  return joined([...byId(claims), ...kept]);
}
