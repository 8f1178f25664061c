import { type Claims, claimText } from '../claims.ts';
import { setMapping } from '../commands.ts';
import { grantMember, whoHas } from '../grant.ts';
import { type Provider, principalOf, principalSetOf } from '../identity.ts';
import { nextRun } from '../next-run.ts';
import { mapClaims } from './cel.ts';
import type { ProviderResource } from './facts.ts';
import { admits, type PoolMember } from './members.ts';
import { strangers } from './other-runs.ts';
import { passes } from './passes.ts';

/** A grant for this run, as narrow as the mapping of the provider allows. */
export interface NarrowGrant {
  /** Object of "Grant the role to". */
  who: string;
  /** Who else gets in, and why no narrower member works. Undefined if nobody else does. */
  wide?: string | undefined;
  commands: string[];
}

interface Candidate {
  parsed: PoolMember & { kind: 'subject' | 'attribute' };
  /** Kinds of runs that the provider lets in and that this member names too. */
  others: string[];
  softer: string[];
  takenOver: number;
}

/** A job of the same branch without the environment, so without its reviewers. */
function unprotected(claims: Claims): { id: string; who: string; kind: 'softer'; claims: Claims }[] {
  const environment = claimText(claims, 'environment');
  const subject = claimText(claims, 'sub') ?? '';
  if (!environment) return [];
  const { environment: _, ...rest } = claims;
  const sub = subject.replace(/:environment:[^:]*/, () => `:ref:${claimText(claims, 'ref') ?? ''}`);
  return [
    {
      id: 'unprotected',
      who: 'A job without the environment',
      kind: 'softer',
      claims: { ...rest, sub },
    },
  ];
}

/** The members that a later run of this job has too, the narrowest first. */
function candidates(resource: ProviderResource, claims: Claims): Candidate[] {
  const mapping = resource.attributeMapping;
  const own = mapClaims(mapping, claims);
  const next = mapClaims(mapping, nextRun(claims));
  const names: Candidate['parsed'][] = Object.entries(own.attributes)
    .filter(([name, value]) => next.attributes[name] === value)
    .map(([attribute, value]) => ({ kind: 'attribute', attribute, value }));
  if (own.subject !== undefined && own.subject === next.subject)
    names.push({ kind: 'subject', value: own.subject });
  // No subject tells these from others of the branch. Only a condition can keep them out.
  const others = strangers(claims).filter(({ id }) => id !== 'self-hosted' && id !== 'pull-request-target');
  const runs = [...others, ...unprotected(claims)].flatMap((run) => {
    const mapped = mapClaims(mapping, run.claims);
    return passes(resource, run.claims, mapped) === 'false' ? [] : [{ ...run, mapped }];
  });
  const rank = ({ parsed }: Candidate) =>
    parsed.kind === 'subject' ? 2 : parsed.attribute === 'repository_id' ? 0 : 1;
  return names
    .map((parsed) => {
      const named = runs.filter(({ mapped }) => admits(parsed, mapped) !== false);
      const byName = named.filter(({ id }) => id === 'taken-over-name').length;
      const softer = named.filter(({ kind }) => kind === 'softer').map(({ who }) => who);
      const others = named.filter(({ id, kind }) => kind !== 'softer' && id !== 'taken-over-name');
      return { parsed, others: others.map(({ who }) => who), softer, takenOver: byName };
    })
    .toSorted(
      (a, b) =>
        a.others.length - b.others.length ||
        a.softer.length - b.softer.length ||
        a.takenOver - b.takenOver ||
        rank(a) - rank(b),
    );
}

/** Maps one more attribute and lets those in that have this value of it. Every entry of the mapping stays. */
function grantNew(
  provider: Provider,
  resource: ProviderResource,
  account: string,
  { name, expression, value }: { name: string; expression: string; value: string },
): string[] {
  const mapping = resource.attributeMapping;
  const present = mapping[`attribute.${name}`];
  const free = present === undefined || present === expression ? name : `github_${name}`;
  return [
    ...(present === expression ? [] : [setMapping(provider, { [`attribute.${free}`]: expression }, mapping)]),
    grantMember(account, principalSetOf(provider, free, value)),
  ];
}

/** A grant for this branch or environment of this repository, by the number of the repository. It outlives a rename. */
export function grantByNumber(
  provider: Provider,
  resource: ProviderResource,
  account: string,
  claims: Claims,
): string[] {
  const claim = claimText(claims, 'environment') ? 'environment' : 'ref';
  return grantNew(provider, resource, account, {
    name: `repository_id_${claim}`,
    expression: `assertion.repository_id + ':' + assertion.${claim}`,
    value: `${claimText(claims, 'repository_id') ?? 'REPOSITORY_ID'}:${claimText(claims, claim) ?? ''}`,
  });
}

const lower = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

/** The grant that lets later runs of this job act as the account, and as few other runs as possible. */
export function narrowGrant(
  provider: Provider,
  resource: ProviderResource,
  account: string,
  claims: Claims,
): NarrowGrant {
  const [best] = candidates(resource, claims);
  if (!best || best.others.length > 0)
    return {
      who: 'this repository',
      wide: 'The provider maps nothing that tells this repository from others, so its number has to be mapped first.',
      commands: grantNew(provider, resource, account, {
        name: 'repository_id',
        expression: 'assertion.repository_id',
        value: claimText(claims, 'repository_id') ?? 'REPOSITORY_ID',
      }),
    };
  const { parsed, softer } = best;
  const subject = parsed.kind === 'subject';
  return {
    who: subject ? whoHas(claims) : 'this repository',
    wide:
      softer.length > 0
        ? `No narrower member works: the provider maps no value that only this job has in every run. So ${softer.map(lower).join(' and ')} can act as the account too, unless the condition of the provider keeps it out.`
        : undefined,
    commands: [
      grantMember(
        account,
        subject
          ? principalOf(provider, parsed.value)
          : principalSetOf(provider, parsed.attribute, parsed.value),
      ),
    ],
  };
}
