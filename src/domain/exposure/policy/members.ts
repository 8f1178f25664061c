/**
 * Whom a member string names (cloud.google.com/iam/docs/principal-identifiers). The prefix decides. IAM compares
 * case-sensitively, but a member that differs from a public one only in case counts as public here.
 */

export type Reach =
  /** allUsers: callers need no account. */
  | 'anyone'
  /** allAuthenticatedUsers: any Google account, and anyone can create one. */
  | 'any-account'
  /** A whole workload identity pool, or the part of it with an attribute that any tenant of the issuer can claim. */
  | 'pool'
  /** Everyone of one company or one resource. */
  | 'domain'
  /** A Google group. IAM does not show who is in it or may join it. */
  | 'group'
  /** One identity, or a set for which the issuer vouches. */
  | 'named'
  /** A kind of member that this code does not know. */
  | 'unknown';

export interface Member {
  reach: Reach;
  text: string;
  /** For reach `pool`: `projects/N/locations/global/workloadIdentityPools/P`. */
  pool?: string;
  /** The mapped attribute that the set names. Absent if the set is the whole pool. */
  attribute?: string;
}

/** Domains in which anyone can create an account. */
const openDomains = new Set(['gmail.com', 'googlemail.com']);

/** Attributes that usually hold a value which the issuer binds to one owner. */
const ownedAttributes =
  /^(repository(_id)?|repository_owner(_id)?|project_(id|path)|namespace_(id|path)|terraform_(organization|project|workspace)_id|account|aws_role)$/;

const poolForm =
  /^principalset:\/\/iam\.googleapis\.com\/(projects\/[^/]+\/locations\/global\/workloadidentitypools\/[^/]+)\/(.+)$/i;
const workforceForm =
  /^principalset:\/\/iam\.googleapis\.com\/locations\/global\/workforcepools\/[^/]+\/(.+)$/i;
const resourceForm =
  /^principalset:\/\/cloudresourcemanager\.googleapis\.com\/(projects|folders|organizations)\/[^/]+(\/.*)?$/i;

function classifySet(text: string): Member {
  const pool = poolForm.exec(text);
  if (pool) {
    const [, name = '', rest = ''] = pool;
    const attribute = /^attribute\.([^/]+)\/(.+)$/i.exec(rest)?.[1];
    const owned = attribute !== undefined && ownedAttributes.test(attribute.toLowerCase());
    if (owned || rest.toLowerCase().startsWith('group/')) return { reach: 'named', text };
    return { reach: 'pool', text, pool: name, ...(attribute === undefined ? {} : { attribute }) };
  }
  const workforce = workforceForm.exec(text);
  if (workforce) return { reach: workforce[1] === '*' ? 'domain' : 'named', text };
  if (resourceForm.test(text)) return { reach: 'domain', text };
  if (/^principalset:\/\/goog\/(group)\//i.test(text)) return { reach: 'group', text };
  if (/^principalset:\/\/goog\/(cloudidentitycustomerid)\//i.test(text)) return { reach: 'domain', text };
  if (/^principalset:\/\/goog\/public:all$/i.test(text)) return { reach: 'anyone', text };
  if (/^principalset:\/\/goog\/public:/i.test(text)) return { reach: 'any-account', text };
  return { reach: 'unknown', text };
}

export function classify(member: string): Member {
  const text = member.trim();
  const low = text.toLowerCase();
  if (low === 'allusers') return { reach: 'anyone', text };
  if (low === 'allauthenticatedusers') return { reach: 'any-account', text };
  if (low.startsWith('principalset://')) return classifySet(text);
  const [, prefix, rest = ''] = /^([a-z]+):(.*)$/s.exec(low) ?? [];
  if (rest === '' || /[\s\u0000-\u001f]/.test(rest)) return { reach: 'unknown', text };
  if (prefix === 'principal' && rest.startsWith('//') && rest.length > 3) return { reach: 'named', text };
  if (prefix === 'user' || prefix === 'serviceaccount' || prefix === 'deleted')
    return { reach: 'named', text };
  if (prefix === 'projectowner' || prefix === 'projecteditor' || prefix === 'projectviewer')
    return { reach: 'named', text };
  if (prefix === 'group') return { reach: 'group', text };
  if (prefix === 'domain') return { reach: openDomains.has(rest) ? 'any-account' : 'domain', text };
  return { reach: 'unknown', text };
}

/** True if a stranger belongs to these members without being invited. */
export const isPublic = (reach: Reach): boolean => reach === 'anyone' || reach === 'any-account';

/** The member in words, for the middle of a sentence. */
export function inWords(member: Member): string {
  if (member.reach === 'anyone') return 'anyone (allUsers)';
  if (member.reach === 'any-account')
    return member.text.toLowerCase() === 'allauthenticatedusers'
      ? 'anyone with any Google account (allAuthenticatedUsers)'
      : `anyone with any Google account (${member.text})`;
  return member.text;
}

/** The member in words, for the start of a sentence. */
export const asSubject = (member: Member): string => inWords(member).replace(/^a/, 'A');
