import { quoted } from '../data/shell.ts';
import { type Claims, claimText } from './claims.ts';
import type { Provider } from './identity.ts';

/** Commands that repair a login. A stranger may have written the claims, so every value is quoted. */

/**
 * Whole names, because gcloud refuses the number of a project in `--project`, and a login knows only the number. In
 * `providers list` the whole name of the pool stands in its flag.
 */
export const poolName = (provider: Provider): string =>
  `projects/${provider.projectNumber}/locations/global/workloadIdentityPools/${provider.pool}`;
export const providerName = (provider: Provider): string =>
  `${poolName(provider)}/providers/${provider.provider}`;

export const describeProvider = (provider: Provider) =>
  `gcloud iam workload-identity-pools providers describe ${providerName(provider)}`;

export const updateProvider = (provider: Provider, flags: Record<string, string>) =>
  [
    `gcloud iam workload-identity-pools providers update-oidc ${providerName(provider)}`,
    ...(Object.keys(flags).length === 0 ? [''] : []),
    ...Object.entries(flags).map(([flag, value]) => `--${flag}=${quoted(value)}`),
  ].join(' ');

/** Prints a value of the provider as it is now. */
export const readProvider = (provider: Provider, format: string) =>
  `${describeProvider(provider)} --format='${format}'`;
/** Such a value in double quotes: the shell reads it before it runs the command. */
const read = (provider: Provider, format: string) => `"$(${readProvider(provider, format)})"`;

/**
 * Sets entries of the mapping and keeps every other one, because gcloud replaces the whole mapping.
 * @param changes expressions by target. Without `mapping`, `\\1` in one stands for the present expression.
 * @param mapping the present mapping. Without it, the shell reads the mapping first and changes `google.subject` in it.
 */
export function setMapping(
  provider: Provider,
  changes: Readonly<Record<string, string>>,
  mapping: Readonly<Record<string, string>> | undefined,
): string {
  if (mapping) {
    const entries = Object.entries({ ...mapping, ...changes }).map((pair) => pair.join('='));
    // gcloud needs another delimiter if an expression has a comma.
    const plain = entries.every((entry) => !entry.includes(','));
    return updateProvider(provider, {
      'attribute-mapping': plain ? entries.join(',') : `^;^${entries.join(';')}`,
    });
  }
  const edits = Object.entries(changes).map(([target, text]) => `s|${target}=\\([^;]*\\)|${target}=${text}|`);
  return `mapping=${read(provider, 'value(attributeMapping)')} && ${updateProvider(provider, {})}--attribute-mapping="^;^$(echo "$mapping" | sed ${quoted(edits.join('; '))})"`;
}

/** Fetches the keys that the issuer signs with now, and gives them to the provider. */
export const uploadKeys = (provider: Provider, issuer: string): string =>
  `curl --fail --silent --show-error ${quoted(`${issuer.replace(/\/+$/, '')}/.well-known/jwks`)} --output jwks.json && ${updateProvider(provider, { 'jwk-json-path': 'jwks.json' })}`;

/** Adds a part to the condition and keeps what it lets in now. Claims are quoted, because a stranger may have written them. */
export const widenCondition = (provider: Provider, part: string): string =>
  `condition=${read(provider, 'value(attributeCondition)')} && ${updateProvider(provider, {})}--attribute-condition="($condition) || "${quoted(`(${part})`)}`;

/** Allows one more audience. A provider without a list accepts the default audience only, so the list must then begin with it. */
export const allowAudience = (provider: Provider, audience: string, standard: string): string =>
  `audiences=${read(provider, 'value(oidc.allowedAudiences.list())')} && ${updateProvider(provider, {})}--allowed-audiences="\${audiences:-${standard}}",${quoted(audience)}`;

/** Exactly this run's kind: the condition that admits its subject and no other branch, tag or environment. */
export function conditionForRun(claims: Claims | undefined): string {
  const subject = claimText(claims, 'sub');
  if (!subject) return conditionFor(claims);
  return joined([...ownRepository(claims), `assertion.sub == '${celText(subject)}'`, ...notFromFork(claims)]);
}

/** The condition that lets in only this repository, and of its runs only those of the kind of this one. */
export const conditionFor = (claims: Claims | undefined): string =>
  joined([...ownRepository(claims), ...ownContext(claims)]);

/** This repository, by numeric ids that no one else can get. */
export function ownRepository(claims: Claims | undefined): string[] {
  const owner = claimText(claims, 'repository_owner_id') ?? 'OWNER_ID';
  const repository = claimText(claims, 'repository_id') ?? 'REPOSITORY_ID';
  return [
    `assertion.repository_owner_id == '${celText(owner)}'`,
    `assertion.repository_id == '${celText(repository)}'`,
  ];
}

/** The environment, and the branch, the tags or the pull requests of this repository, whichever this run has. */
export function ownContext(claims: Claims | undefined): string[] {
  const environment = claimText(claims, 'environment');
  const ref = claimText(claims, 'ref') ?? 'refs/heads/BRANCH';
  const named = environment ? [`assertion.environment == '${celText(environment)}'`] : [];
  // Another pull request has another ref, and so has the next tag.
  if (claimText(claims, 'event_name') === 'pull_request')
    return [...named, "assertion.event_name == 'pull_request'"];
  const place = ref.startsWith('refs/tags/')
    ? "assertion.ref.startsWith('refs/tags/')"
    : `assertion.ref == '${celText(ref)}'`;
  return [...named, place, ...notFromFork(claims)];
}

/** A pull request from a fork can start `pull_request_target`, and its token names the branch that it wants to get into. */
const notFromFork = (claims: Claims | undefined): string[] =>
  claimText(claims, 'event_name') === 'pull_request_target'
    ? []
    : ["assertion.event_name != 'pull_request_target'"];

const joined = (parts: readonly string[]): string => [...new Set(parts)].join(' && ');

/** Escapes text for a CEL string literal. */
export const celText = (text: string) => text.replace(/[\\']/g, (char) => `\\${char}`);

/** One sentence with the claims that a condition usually looks at. */
export function claimsSentence(claims: Claims | undefined): string {
  if (!claims) return 'The token of this run could not be decoded.';
  const parts = [
    'repository',
    'repository_id',
    'repository_owner_id',
    'ref',
    'event_name',
    'environment',
    'sub',
  ].flatMap((name) => {
    const text = claimText(claims, name);
    return text ? [`${name}=${text.slice(0, 150)}`] : [];
  });
  return `The token of this run has ${parts.join(', ')}.`;
}
