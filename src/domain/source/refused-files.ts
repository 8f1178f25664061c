/** Files judged by their name: those that an earlier step left behind, and those that hold secrets. `secrets/` judges by content. */

/** `.env.example`, `.env-dist`, `.env.production.sample`: names for a file that shows what to fill in. */
const examples = /^\.env([._-][\w-]+)*?[._-](examples?|samples?|template|tpl|dist|defaults)$/;

/**
 * What a file or folder of this name is, if it is not a part of the source but something that an earlier step of the job leaves behind.
 * It is left out of the upload, whatever the ignore rules say.
 */
export function leavingOf(name: string): string | undefined {
  const lower = name.toLowerCase();
  if (lower === '.git') return 'the history of the repository, with everything that was ever deleted from it';
  if (/^gha-creds-.*\.json$/.test(lower))
    return 'the credentials file of google-github-actions/auth, which mints tokens while the job runs';
  if (/^gha-kubeconfig-/.test(lower))
    return 'the credentials file of google-github-actions/get-gke-credentials';
  return undefined;
}

/** Names that tools give to files whose only content is a credential. */
const credentialFiles: readonly [RegExp, string][] = [
  [/^\.git-credentials$/, 'passwords that Git stores'],
  [/^\.pgpass$/, 'passwords of PostgreSQL'],
  [/^\.vault-token$/, 'a token of HashiCorp Vault'],
  [/^(application_default_credentials|msal_token_cache|accesstokens)\.json$/, 'the credentials of a person'],
  [/^(credentials|access_tokens)\.db$/, 'the credentials of gcloud'],
  [/^credentials\.tfrc\.json$/, 'a token of Terraform Cloud'],
  [/\.(p12|pfx|jks|keystore|kdbx|ppk)$/, 'a key store'],
];

/**
 * Why a file or folder of this name is refused, or undefined. The caller asks only about files that the ignore rules
 * let through. Such a file is refused and not left out, because a user who relies on it must learn that it would be
 * missing.
 */
export function refusedName(name: string): string | undefined {
  const lower = name.toLowerCase();
  if (lower.startsWith('.env') && !examples.test(lower))
    return 'an environment file, which usually holds secrets';
  if (lower === '.terraform' || /\.tfstate(\.|$)/.test(lower))
    return 'Terraform state, which holds secrets in plain text';
  return credentialFiles.find(([pattern]) => pattern.test(lower))?.[1];
}
