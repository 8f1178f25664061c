/** Names of the identities that take part in a keyless login, as IAM writes them. */

export interface Provider {
  projectNumber: string;
  pool: string;
  provider: string;
  /** projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER */
  name: string;
}

const providerPattern =
  /^projects\/([^/]+)\/locations\/([^/]+)\/workloadIdentityPools\/([^/]+)(?:\/providers\/([^/]+))?$/;

/**
 * Reads the full name of a provider; a leading `//iam.googleapis.com/` or `https://iam.googleapis.com/` is dropped.
 * Throws `Error` with what would be right.
 */
export function parseProvider(text: string): Provider {
  const name = text.trim().replace(/^(https?:)?\/\/[^/]+\//, '');
  const match = providerPattern.exec(name);
  const shape = 'projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER';
  if (!match) throw new Error(`expected the full name ${shape}`);
  const [, project = '', location, pool = '', provider] = match;
  if (!provider)
    throw new Error(`this names the pool; expected a provider of it: ${name}/providers/PROVIDER`);
  if (location !== 'global')
    throw new Error(`the location is "${location}"; a workload identity pool is always in "global"`);
  if (!/^\d+$/.test(project))
    throw new Error(
      `"${project}" is a project id; expected its number, from: gcloud projects describe ${safeWord(project)} --format='value(projectNumber)'`,
    );
  if (!/^[\w-]+$/.test(pool) || !/^[\w-]+$/.test(provider))
    throw new Error(`expected the full name ${shape}`);
  return { projectNumber: project, pool, provider, name };
}

/** The audience of the STS exchange. It names the resource, so it follows the universe and never an endpoint override. */
export const stsAudience = (provider: Provider, universe: string) => `//iam.${universe}/${provider.name}`;

/** The `aud` that a provider without allowed audiences expects in GitHub's token. */
export const defaultOidcAudience = (provider: Provider, universe: string) =>
  `https://iam.${universe}/${provider.name}`;

/** The pool as IAM members name it. */
const poolMember = (provider: Provider) =>
  `iam.googleapis.com/projects/${provider.projectNumber}/locations/global/workloadIdentityPools/${provider.pool}`;

/** One federated identity: `principal://...`. */
export const principalOf = (provider: Provider, subject: string) =>
  `principal://${poolMember(provider)}/subject/${subject}`;

/** Every identity that shares one mapped attribute: `principalSet://...`. */
export const principalSetOf = (provider: Provider, attribute: string, value: string) =>
  `principalSet://${poolMember(provider)}/attribute.${attribute}/${value}`;

/** Project of a service account, from its e-mail; undefined for Google's own accounts and for numeric ids. */
export function projectOfServiceAccount(email: string): string | undefined {
  const domain = /^[^@]+@(.+)\.iam\.gserviceaccount\.com$/.exec(email)?.[1];
  if (domain === undefined) {
    // Default accounts of App Engine carry the project before the at sign.
    return /^([a-z][a-z0-9-]{4,28}[a-z0-9])@appspot\.gserviceaccount\.com$/.exec(email)?.[1];
  }
  // Legacy domain-scoped projects: `name@project.example.com` means `example.com:project`.
  const [project, ...scope] = domain.split('.');
  return scope.length > 0 ? `${scope.join('.')}:${project}` : project;
}

/** A word that may stand in a command without quotes; anything else becomes a placeholder. */
export const safeWord = (text: string) =>
  /^[\w.@:/+=,-]+$/.test(text) && !text.startsWith('-') ? text : 'VALUE';
