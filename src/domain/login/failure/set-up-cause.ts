import { claimText } from '../claims.ts';
import { describeProvider, poolName, providerName, setMapping, updateProvider } from '../commands.ts';
import { examineAccounts } from '../doctor/account.ts';
import { type MappingProblem, mapClaims } from '../doctor/cel.ts';
import { widened } from '../doctor/edit-condition.ts';
import { explainCondition } from '../doctor/examine.ts';
import type { IdentityFacts } from '../doctor/facts.ts';
import { narrowGrant } from '../doctor/grantee.ts';
import { mayActAs } from '../doctor/members.ts';
import { shortSubject } from '../subject.ts';
import { type Diagnosis, LoginError } from './login-error.ts';

/** The same failure with the cause that the set-up shows. Unchanged if the set-up shows nothing more. */
export function withCauseFrom(facts: IdentityFacts, error: LoginError): LoginError {
  const better = causeOf(error, facts);
  return better
    ? new LoginError(error.failure, { ...error.diagnosis, ...better }, error.claims, error.cause)
    : error;
}

/** Findings of the doctor that explain why an account may not be used. */
const memberRules: ReadonlySet<string> = new Set([
  'login-member-unmapped',
  'login-member-case',
  'login-member-missing',
]);

function causeOf(error: LoginError, facts: IdentityFacts): Partial<Diagnosis> | undefined {
  const { provider, claims } = facts;
  switch (error.diagnosis.rule) {
    case 'condition-false': {
      const why = explainCondition(facts);
      return why ? { why, ...repairedCondition(facts) } : undefined;
    }
    case 'mapping-type': {
      const problems = provider ? mapClaims(provider.attributeMapping, claims).problems : [];
      if (problems.length === 0) return undefined;
      return {
        why: problems
          .map(({ target, expression, why }) => `${target} is mapped from ${expression}: ${why}.`)
          .join(' '),
        ...repairedMapping(facts, problems),
      };
    }
    case 'subject-too-long': {
      const subject = provider ? mapClaims(provider.attributeMapping, claims).subject : undefined;
      if (!subject) return undefined;
      return {
        why: `google.subject is mapped from ${provider?.attributeMapping['google.subject']} and has ${Buffer.byteLength(subject)} bytes: ${subject.slice(0, 300)}.`,
        ...(provider && facts.request.provider
          ? {
              commands: [
                setMapping(
                  facts.request.provider,
                  {
                    'google.subject': shortSubject(provider.attributeMapping['google.subject'], subject),
                  },
                  provider.attributeMapping,
                ),
              ],
            }
          : {}),
      };
    }
    case 'issuer-mismatch':
      if (!provider?.oidc?.issuerUri) return undefined;
      return {
        why: `The provider accepts the issuer ${provider.oidc.issuerUri}, but the issuer of this run is ${claimText(claims, 'iss')}.`,
      };
    case 'audience-mismatch': {
      const allowed = provider?.oidc?.allowedAudiences ?? [];
      if (allowed.length === 0) return undefined;
      return {
        why: `The provider accepts the audiences ${allowed.slice(0, 5).join(', ')}.`,
        fix: `Set the input \`audience: ${allowed[0]}\`, or allow this one too:`,
        ...(facts.request.provider && claimText(claims, 'aud')
          ? {
              commands: [
                updateProvider(facts.request.provider, {
                  'allowed-audiences': [...allowed, claimText(claims, 'aud')].join(','),
                }),
              ],
            }
          : {}),
      };
    }
    case 'provider-unusable':
      return unusable(facts);
    case 'impersonation-denied':
      return impersonation(error, facts);
    default:
      return undefined;
  }
}

/** Repairs the entries that fail, and keeps all others. An attribute whose claim is absent in some runs becomes empty in these. */
function repairedMapping(
  { provider, request }: IdentityFacts,
  problems: readonly MappingProblem[],
): Partial<Diagnosis> {
  if (!provider || !request.provider) return {};
  const changes: Record<string, string> = {};
  for (const { target, expression, absent } of problems) {
    const claim = /^assertion\.\w+$/.test(expression.trim());
    if (target === 'google.subject') changes[target] = 'assertion.sub';
    else if (claim)
      changes[target] = absent ? `has(${expression}) ? ${expression} : ''` : `string(${expression})`;
  }
  const left = problems.some(({ target }) => changes[target] === undefined);
  if (Object.keys(changes).length === 0)
    return { fix: 'Correct the mapping. This shows it:', commands: [describeProvider(request.provider)] };
  return {
    fix: `Correct the entries that fail${left ? ', as far as they are single claims' : ''}. All others stay as they are:`,
    commands: [
      setMapping(request.provider, changes, provider.attributeMapping),
      describeProvider(request.provider),
    ],
  };
}

/** The repaired condition keeps every part that holds, because its author meant it. */
function repairedCondition({ provider, claims, request }: IdentityFacts): Partial<Diagnosis> {
  if (!provider?.attributeCondition || !request.provider) return {};
  const condition = widened(
    provider.attributeCondition,
    claims,
    mapClaims(provider.attributeMapping, claims),
  );
  if (condition === undefined) return {};
  return {
    fix: 'Run the job where the condition allows it. If this run is meant to get in, widen only the part that rejects it:',
    commands: [
      updateProvider(request.provider, { 'attribute-condition': condition }),
      describeProvider(request.provider),
    ],
  };
}

function unusable({ pool, provider, request }: IdentityFacts): Partial<Diagnosis> | undefined {
  const name = request.provider;
  if (!name) return undefined;
  const state = (
    what: 'pool' | 'provider',
    found: typeof pool | typeof provider,
  ): Partial<Diagnosis> | undefined => {
    const command =
      what === 'pool' ? `gcloud iam workload-identity-pools` : `gcloud iam workload-identity-pools providers`;
    const resource = what === 'pool' ? poolName(name) : providerName(name);
    if (found?.state === 'DELETED')
      return {
        why: `The ${what} is deleted. It can be restored for 30 days.`,
        fix: 'Restore it:',
        commands: [`${command} undelete ${resource}`],
      };
    if (found?.disabled)
      return {
        why: `The ${what} is disabled.`,
        fix: 'Enable it if it is meant to be used:',
        commands: [`${command} ${what === 'pool' ? 'update' : 'update-oidc'} ${resource} --no-disabled`],
      };
    return undefined;
  };
  return state('pool', pool) ?? state('provider', provider);
}

function impersonation(error: LoginError, facts: IdentityFacts): Partial<Diagnosis> | undefined {
  const provider = facts.request.provider;
  const account = facts.accounts.find(({ email }) => email === error.failure.account);
  if (!provider || !account?.policy || !facts.provider) return undefined;
  // The run reaches the account through a chain, so its own policy does not have to name the run.
  if (account.email === facts.request.serviceAccount && facts.request.delegates.length > 0) return undefined;
  if (mayActAs(account, provider, mapClaims(facts.provider.attributeMapping, facts.claims)))
    return {
      why: `The policy of ${account.email} already names this run. Either the grant is new, since a grant needs 2 to 7 minutes, or a deny policy overrides it.`,
      fix: 'Run the job again in a few minutes, or set propagation_timeout: 7m. This command lists deny policies:',
      commands: [
        `gcloud iam policies list --kind=denypolicies --attachment-point=cloudresourcemanager.googleapis.com%2Fprojects%2F${facts.request.projectId ?? provider.projectNumber}`,
      ],
    };
  const causes = examineAccounts({ ...facts, accounts: [account] }).filter(({ rule }) =>
    memberRules.has(rule),
  );
  const { who, wide, commands } = narrowGrant(provider, facts.provider, account.email, facts.claims);
  return {
    why: causes.map(({ title, why }) => [title, why].filter(Boolean).join(' ')).join(' '),
    fix: `${wide ? `${wide} ` : ''}Grant it to ${who}:`,
    commands,
    repairs: commands.length,
  };
}
