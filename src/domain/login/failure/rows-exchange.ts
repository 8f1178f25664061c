import { claimText } from '../claims.ts';
import {
  allowAudience,
  claimsSentence,
  conditionForRun,
  describeProvider,
  poolName,
  setMapping,
  updateProvider,
  uploadKeys,
  widenCondition,
} from '../commands.ts';
import { defaultOidcAudience } from '../identity.ts';
import { maxSubjectBytes, shortSubject } from '../subject.ts';
import type { LoginFailure } from './login-error.ts';
import { providerIn, type Row } from './row.ts';

/** Refusals of the token exchange: errors of RFC 6749 section 5.2 with Google's descriptions. */

const sts = (error: string | undefined, text: RegExp) => (failure: LoginFailure) =>
  failure.stage === 'sts' &&
  (error === undefined || failure.statusName === error) &&
  text.test(failure.message);

export const exchangeRows: readonly Row[] = [
  {
    rule: 'condition-false',
    matches: sts('unauthorized_client', /attribute condition/i),
    explain: (facts) => ({
      code: 'login-condition-false',
      retry: 'never',
      what: `The attribute condition of the provider ${providerIn(facts).provider} rejected this run.`,
      why: `${claimsSentence(facts.claims)} The condition is false for these values, or it names a claim that the token lacks.`,
      fix: 'Look at the condition. If this run is meant to get in, the first command lets in its subject too, and keeps what the condition lets in now:',
      commands: [
        widenCondition(providerIn(facts), conditionForRun(facts.claims)),
        describeProvider(providerIn(facts)),
      ],
    }),
  },
  {
    rule: 'subject-too-long',
    matches: sts(undefined, /127\s*bytes/i),
    explain: (facts) => {
      const subject = claimText(facts.claims, 'sub') ?? '';
      return {
        code: 'login-subject-too-long',
        retry: 'never',
        what: `The provider maps google.subject to a value of more than ${maxSubjectBytes} bytes.`,
        why: `The subject of this run has ${Buffer.byteLength(subject)} bytes: ${subject.slice(0, 300)}. Long branch names and the numeric ids of the immutable form make it that long.`,
        fix: 'Map a short value for subjects that are too long. All others stay as they are, and so do the members that name them:',
        commands: [
          setMapping(providerIn(facts), { 'google.subject': shortSubject('\\1', subject) }, undefined),
        ],
      };
    },
  },
  {
    rule: 'mapping-type',
    matches: sts(
      undefined,
      /must be of type|mapped attribute.*(?:type|string)|could not obtain a value for|mapping configuration/i,
    ),
    explain: (facts) => ({
      code: 'login-mapping-wrong',
      retry: 'never',
      what: `The provider's attribute mapping does not fit this run's token: ${facts.failure.message}`,
      why: `${claimsSentence(facts.claims)} A mapping fails if the token lacks its claim, or if the claim is not text.`,
      fix: 'If google.subject is the one that fails, map it to a claim that every token has; the command keeps the other entries:',
      commands: [
        setMapping(providerIn(facts), { 'google.subject': 'assertion.sub' }, undefined),
        describeProvider(providerIn(facts)),
      ],
    }),
  },
  {
    rule: 'issuer-unreachable',
    matches: sts(undefined, /error connecting to the given credential'?s issuer/i),
    explain: (facts) => ({
      code: 'login-issuer-unreachable',
      retry: 'transient',
      what: "Google could not fetch the keys of the token's issuer.",
      why: `The issuer is ${claimText(facts.claims, 'iss') ?? 'unknown'}. For GitHub.com this is temporary. Google must be able to reach a GitHub Enterprise Server, or the provider needs its uploaded keys.`,
      fix: 'Run the job again. For a server behind a firewall, upload its keys from a machine that reaches it:',
      commands: [uploadKeys(providerIn(facts), claimText(facts.claims, 'iss') ?? 'ISSUER')],
    }),
  },
  {
    rule: 'issuer-mismatch',
    matches: sts('invalid_grant', /issuer.*does not match|issuer.*expected/i),
    explain: (facts) => {
      const issuer = claimText(facts.claims, 'iss') ?? 'ISSUER';
      return {
        code: 'login-issuer-wrong',
        retry: 'never',
        what: `The provider does not accept the issuer of this run, ${issuer}.`,
        why: 'GitHub Enterprise Server, an enterprise with its own issuer path and a host with data residency each have their own issuer.',
        fix: 'Let the provider accept this issuer instead, but only if it belongs to your own GitHub. Runs with the issuer that it accepts now could not log in any more; add a second provider if there are any:',
        commands: [
          updateProvider(providerIn(facts), { 'issuer-uri': issuer }),
          describeProvider(providerIn(facts)),
        ],
      };
    },
  },
  {
    rule: 'audience-mismatch',
    matches: sts('invalid_grant', /audience/i),
    explain: (facts) => {
      const provider = providerIn(facts);
      const found = claimText(facts.claims, 'aud') ?? facts.request.oidcAudience ?? '';
      const standard = defaultOidcAudience(provider, facts.request.universe);
      return {
        code: 'login-audience-wrong',
        retry: 'never',
        what: `The provider does not accept the audience of this run's token, ${found}.`,
        why:
          found === standard
            ? 'The provider has its own list of allowed audiences, and the default audience is not in it.'
            : `A provider without a list of allowed audiences expects ${standard}.`,
        fix:
          found === standard
            ? 'Set the input audience to one of that list, or allow the default audience:'
            : 'Remove the input audience, or allow this audience on the provider:',
        commands: [allowAudience(provider, found, standard), describeProvider(provider)],
      };
    },
  },
  {
    rule: 'token-stale',
    matches: sts('invalid_grant', /stale|expired|not yet valid|issued in the future/i),
    explain: (facts) => {
      const skew = facts.failure.clockAheadSeconds;
      const off =
        skew !== undefined && Math.abs(skew) > 30
          ? ` The clock of the runner is ${Math.abs(Math.round(skew))} s ${skew > 0 ? 'ahead' : 'behind'}.`
          : '';
      return {
        code: 'login-token-stale',
        retry: 'transient',
        what: `Google refused the token because of its age: ${facts.failure.message}`,
        why: `A GitHub token lives five minutes.${off}`,
        fix: 'Run the job again. On a self-hosted runner, set the clock:',
        commands: ['timedatectl set-ntp true'],
      };
    },
  },
  {
    rule: 'signature-invalid',
    matches: sts('invalid_grant', /signature|unable to verify|no matching.*key|jwk/i),
    explain: (facts) => ({
      code: 'login-issuer-wrong',
      retry: 'never',
      what: "Google could not verify the signature of this run's token.",
      why: `The issuer is ${claimText(facts.claims, 'iss') ?? 'unknown'}. If keys were uploaded to the provider, Google uses them instead of the issuer's own keys. They become out of date when the issuer rotates its keys.`,
      fix: 'Look at oidc.jwksJson of the provider, and upload the current keys:',
      commands: [
        uploadKeys(providerIn(facts), claimText(facts.claims, 'iss') ?? 'ISSUER'),
        describeProvider(providerIn(facts)),
      ],
    }),
  },
  {
    rule: 'provider-unusable',
    matches: (failure) =>
      failure.stage === 'sts' &&
      (failure.statusName === 'invalid_target' ||
        /invalid value for.*audience|full resource name/i.test(failure.message)),
    explain: (facts) => {
      const provider = providerIn(facts);
      return {
        code: 'login-provider-unusable',
        retry: 'propagation',
        what: `The provider ${provider.name || 'of this step'} cannot be used.`,
        why: 'The provider or its pool is disabled or deleted, or has another name. A new provider needs up to five minutes.',
        fix: 'Look at what exists. Then undelete or enable it, or correct workload_identity_provider:',
        // The list comes first, because a provider that does not exist cannot be described.
        commands: [
          `gcloud iam workload-identity-pools providers list --workload-identity-pool=${poolName(provider)} --show-deleted`,
          describeProvider(provider),
          `gcloud iam workload-identity-pools describe ${poolName(provider)}`,
        ],
      };
    },
  },
];
