import { claimText } from '../claims.ts';
import { claimsSentence, conditionFor, describeProvider, updateProvider } from '../commands.ts';
import { defaultOidcAudience } from '../identity.ts';
import { maxSubjectBytes, shortSubject } from '../subject.ts';
import type { LoginFailure } from './login-error.ts';
import { providerIn, type Row } from './row.ts';

/** Refusals of the token exchange (RFC 6749 section 5.2 errors with Google's descriptions). */

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
      why: `${claimsSentence(facts.claims)} The condition is false for these values, or names a claim that the token lacks.`,
      fix: 'Look at the condition and keep what it is for; this one lets in this repository alone, by its numeric ids:',
      commands: [
        updateProvider(providerIn(facts), { 'attribute-condition': conditionFor(facts.claims) }),
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
        what: `The provider maps google.subject to more than ${maxSubjectBytes} bytes.`,
        why: `The subject of this run has ${Buffer.byteLength(subject)} bytes: ${subject.slice(0, 300)}. Long branch names and the numeric ids of the immutable form get there.`,
        fix: 'Map something short that still tells the runs apart (bindings on principal://.../subject/... must follow):',
        commands: [
          updateProvider(providerIn(facts), {
            'attribute-mapping': `google.subject=${shortSubject},attribute.repository=assertion.repository,attribute.repository_id=assertion.repository_id,attribute.repository_owner_id=assertion.repository_owner_id`,
          }),
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
      why: `${claimsSentence(facts.claims)} A mapping that reads a claim which this token lacks, or which is no text, fails.`,
      fix: 'Map google.subject to a claim that every token has:',
      commands: [
        updateProvider(providerIn(facts), {
          'attribute-mapping':
            'google.subject=assertion.sub,attribute.repository=assertion.repository,attribute.repository_id=assertion.repository_id,attribute.repository_owner_id=assertion.repository_owner_id',
        }),
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
      why: `The issuer is ${claimText(facts.claims, 'iss') ?? 'unknown'}. For GitHub.com this passes; a GitHub Enterprise Server must be reachable from Google, or its keys uploaded to the provider.`,
      fix: 'Run the job again; for a server behind a firewall upload its keys:',
      commands: [updateProvider(providerIn(facts), { 'jwk-json-path': 'jwks.json' })],
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
        what: `The provider trusts another issuer than this run's, which is ${issuer}.`,
        why: 'GitHub Enterprise Server, an enterprise with its own issuer path and data-residency hosts each have an issuer of their own.',
        fix: 'Let the provider trust this issuer (it must be the one of your own GitHub):',
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
        what: `The provider does not accept the audience of this run's token, which is ${found}.`,
        why:
          found === standard
            ? 'It has allowed audiences of its own, and the default one is not among them.'
            : `Without allowed audiences of its own it expects ${standard}.`,
        fix:
          found === standard
            ? 'Set the input audience to one of them, or allow the default:'
            : 'Remove the input audience, or allow it on the provider:',
        commands: [updateProvider(provider, { 'allowed-audiences': found }), describeProvider(provider)],
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
          ? ` The runner's clock is ${Math.abs(Math.round(skew))} s ${skew > 0 ? 'ahead' : 'behind'}.`
          : '';
      return {
        code: 'login-token-stale',
        retry: 'transient',
        what: `The token was refused for its age: ${facts.failure.message}`,
        why: `A GitHub token lives five minutes.${off}`,
        fix: 'Run the job again. On a self-hosted runner set its clock:',
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
      why: `The issuer is ${claimText(facts.claims, 'iss') ?? 'unknown'}. Keys that were uploaded to the provider are used instead of the issuer's own and go out of date when it rotates them.`,
      fix: 'Look at oidc.jwksJson of the provider and upload the current keys:',
      commands: [
        updateProvider(providerIn(facts), { 'jwk-json-path': 'jwks.json' }),
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
        why: 'It or its pool is disabled, deleted or does not exist under this name; a new one needs up to five minutes.',
        fix: 'See what is there; undelete and enable it, or correct workload_identity_provider:',
        commands: [
          describeProvider(provider),
          `gcloud iam workload-identity-pools describe ${provider.pool} --location=global --project=${provider.projectNumber}`,
          `gcloud iam workload-identity-pools providers list --workload-identity-pool=${provider.pool} --location=global --project=${provider.projectNumber} --show-deleted`,
        ],
      };
    },
  },
];
