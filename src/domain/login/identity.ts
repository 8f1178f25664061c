/** Names of the identities in a keyless login, as IAM writes them. */

/** Reads pools and providers, so that a doctor can say who else could log in. */
export const poolViewerRole = 'roles/iam.workloadIdentityPoolViewer';

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
 * Parses the full name of a provider. A leading `//iam.googleapis.com/` or `https://iam.googleapis.com/` is dropped.
 * Throws an `Error` that says what is expected.
 */
export function parseProvider(text: string): Provider {
  const name = text.trim().replace(/^(https?:)?\/\/[^/]+\//, '');
  const match = providerPattern.exec(name);
  const shape = 'projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER';
  if (!match) throw new Error(`expected the full name ${shape}`);
  const [, project = '', location, pool = '', provider] = match;
  if (!provider)
    throw new Error(`this is the name of a pool; expected one of its providers: ${name}/providers/PROVIDER`);
  if (location !== 'global')
    throw new Error(`the location is "${location}", but every workload identity pool is in "global"`);
  if (!/^\d+$/.test(project))
    throw new Error(
      `"${project}" is a project id; expected the project number, which this command prints: gcloud projects describe ${safeWord(project)} --format='value(projectNumber)'`,
    );
  if (!/^[\w-]+$/.test(pool) || !/^[\w-]+$/.test(provider))
    throw new Error(`expected the full name ${shape}`);
  return { projectNumber: project, pool, provider, name };
}

/** Audience of the STS exchange. It names a resource, so it depends on the universe and never on an endpoint override. */
export const stsAudience = (provider: Provider, universe: string) => `//iam.${universe}/${provider.name}`;

/** The `aud` of GitHub's token that a provider without allowed audiences expects. */
export const defaultOidcAudience = (provider: Provider, universe: string) =>
  `https://iam.${universe}/${provider.name}`;

/** The pool as it appears in IAM members. */
const poolMember = (provider: Provider) =>
  `iam.googleapis.com/projects/${provider.projectNumber}/locations/global/workloadIdentityPools/${provider.pool}`;

/** One federated identity: `principal://...`. */
export const principalOf = (provider: Provider, subject: string) =>
  `principal://${poolMember(provider)}/subject/${subject}`;

/** All identities with one value of a mapped attribute: `principalSet://...`. */
export const principalSetOf = (provider: Provider, attribute: string, value: string) =>
  `principalSet://${poolMember(provider)}/attribute.${attribute}/${value}`;

/** Project id of a service account, from its e-mail. Undefined for Google's own accounts and for numeric ids. */
export function projectOfServiceAccount(email: string): string | undefined {
  const domain = /^[^@]+@(.+)\.iam\.gserviceaccount\.com$/.exec(email)?.[1];
  if (domain === undefined) {
    // The default account of App Engine has the project before the at sign.
    return /^([a-z][a-z0-9-]{4,28}[a-z0-9])@appspot\.gserviceaccount\.com$/.exec(email)?.[1];
  }
  // In a legacy domain-scoped project, `project.example.com` stands for the project `example.com:project`.
  const [project, ...scope] = domain.split('.');
  return scope.length > 0 ? `${scope.join('.')}:${project}` : project;
}

/** The text if it needs no quotes in a command, else a placeholder. */
export const safeWord = (text: string) =>
  /^[\w.@:/+=,-]+$/.test(text) && !text.startsWith('-') ? text : 'VALUE';
