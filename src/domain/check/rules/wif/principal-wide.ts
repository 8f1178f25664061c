import type { Rule } from '../rule.ts';
import { grantsOf } from '../shared/members.ts';
import type { Identity } from './claims.ts';
import { providersOf } from './provider.ts';
import { judge } from './wif-condition.ts';

const poolMember = /^principalSet:\/\/iam\.googleapis\.com\/.*?workloadIdentityPools\/([^/]*)\/(.+)$/;

/** A role for a whole pool, for every repository of an owner, or by an attribute that no provider maps. */
export const principalWide =
  (identity: Identity): Rule =>
  (facts, report) => {
    const providers = providersOf(facts);
    for (const grant of grantsOf(facts)) {
      const [, pool, rest = ''] = poolMember.exec(grant.member) ?? [];
      if (pool === undefined) continue;
      const own = providers.filter(
        (provider) => provider.pool === undefined || provider.pool === pool || !/^[\w-]+$/.test(pool),
      );
      const attribute = /^attribute\.(\w+)\//.exec(rest)?.[1];
      const account = grant.role ?? 'a role';
      const narrow = `attribute.repository_id/${identity.repositoryId ?? 'REPOSITORY_ID'}`;
      const canMap = own.every(({ mapping }) => !mapping || 'attribute.repository_id' in mapping);
      const edits =
        canMap && grant.raw?.endsWith(`/${rest}`)
          ? [
              {
                ...grant.at,
                column: grant.at.column + grant.raw.length - rest.length,
                old: rest,
                new: narrow,
              },
            ]
          : [];
      const fix = `Grant the role to one repository: ${narrow}. The provider has to map attribute.repository_id=assertion.repository_id.`;
      const evidence = `${grant.member} ${grant.role ?? ''}`;
      if (rest === '*') {
        const closed =
          own.length > 0 &&
          own.every((provider) => judge(provider, identity)?.inside.every(({ kind }) => kind === 'softer'));
        report.found({
          severity: closed ? 'medium' : 'critical',
          confidence: 'high',
          at: grant.at,
          title: closed
            ? `Every identity of the pool gets ${account}. Today each provider of the pool is closed; the next one may not be.`
            : `Every identity of the pool gets ${account}: each provider of the pool, now or later, lets its callers in.`,
          fix,
          evidence,
          edits,
        });
      } else if (attribute === 'repository_owner' || attribute === 'repository_owner_id')
        report.found({
          severity: 'high',
          confidence: 'high',
          at: grant.at,
          title: `Every repository of the owner gets ${account}.`,
          fix,
          evidence,
          edits,
        });
      else if (
        attribute &&
        own.length > 0 &&
        own.every(({ mapping }) => mapping && !(`attribute.${attribute}` in mapping))
      )
        report.found({
          severity: 'high',
          confidence: 'high',
          at: grant.at,
          title: `The member names attribute.${attribute}, which the provider does not map, so it matches no one now and whoever maps it later.`,
          fix,
          evidence,
          edits,
        });
    }
  };
