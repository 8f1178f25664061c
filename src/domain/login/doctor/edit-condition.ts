import { type Claims, claimText } from '../claims.ts';
import { celText, ownContext, ownRepository } from '../commands.ts';
import { holds, type Mapped, mapClaims } from './cel.ts';
import { conjuncts } from './condition.ts';
import type { ProviderResource } from './facts.ts';
import { type Stranger, strangers } from './other-runs.ts';
import { passes } from './passes.ts';

/**
 * Widens only the parts of the condition that keep this run out, and only for this run: no other run gets in by them. A name
 * becomes a numeric id, and a subject becomes repository and ref. Undefined if that is not possible or would still keep the
 * run out.
 */
export function widened(condition: string, claims: Claims, mapped: Mapped): string | undefined {
  const parts = conjuncts(condition, claims, mapped).map(({ text, truth, reads }) => {
    if (truth === 'true' || truth === 'unknown') return text;
    const own = reads.flatMap(({ name }) => valuesOf(name, claims, mapped));
    if (own.length === 0) return undefined;
    return `(${text} || ${joined([...ownRepository(claims), ...own, ...ownContext(claims)])})`;
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

const joined = (parts: readonly string[]) => [...new Set(parts)].join(' && ');

/**
 * Keeps every other run out that the condition lets in, and adds no more parts than that takes. All parts of the condition
 * stay. Each repair prints this one condition, because a command replaces the whole condition: the second repair would take
 * back what the first one added.
 * @param extra one more part
 */
export function closed(
  resource: Pick<ProviderResource, 'attributeCondition' | 'attributeMapping'>,
  claims: Claims,
  extra: readonly string[] = [],
): string {
  const own = mapClaims(resource.attributeMapping, claims);
  const condition = resource.attributeCondition ?? '';
  const kept = condition.trim() ? conjuncts(condition, claims, own).map(({ text }) => text) : [];
  let parts = kept.map((text) => (kept.length > 1 || !/\|\||\?/.test(text) ? text : `(${text})`));
  for (const stranger of strangers(claims)) {
    const next = partsAgainst(stranger.kind, stranger.id, claims);
    const mapped = mapClaims(resource.attributeMapping, stranger.claims);
    const truth = passes({ ...resource, attributeCondition: joined(parts) }, stranger.claims, mapped);
    if (truth === 'true' || truth === 'unknown') parts = [...parts, ...next];
  }
  return joined([...parts, ...extra]);
}

/** A self-hosted runner may be meant, so only the finding about it closes it. */
function partsAgainst(kind: Stranger['kind'], id: Stranger['id'], claims: Claims): string[] {
  if (kind !== 'softer') return ownRepository(claims);
  return id === 'self-hosted' ? [] : ownContext(claims);
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
  return joined([...ownRepository(claims), ...kept]);
}
