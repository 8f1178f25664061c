/** Files that never belong in an upload, judged by their name. `private-key.ts` judges by content. */

const examples = /^\.env\.(example|sample|template|dist|defaults)$/;

/**
 * Why a file or folder of this name is refused, or undefined. The caller asks only about files that the ignore rules
 * let through. Such a file is refused and not left out, because a user who relies on it must learn that it would be
 * missing.
 */
export function refusedName(name: string): string | undefined {
  const lower = name.toLowerCase();
  if (lower === '.git') return 'the history of the repository, with everything that was ever deleted from it';
  if (/^gha-creds-.*\.json$/.test(lower))
    return 'the credentials file of google-github-actions/auth, which mints tokens while the job runs';
  if (lower.startsWith('.env') && !examples.test(lower))
    return 'an environment file, which usually holds secrets';
  if (lower === '.terraform' || /\.tfstate(\.|$)/.test(lower))
    return 'Terraform state, which holds secrets in plain text';
  if (/\.(p12|pfx|jks|keystore)$/.test(lower)) return 'a key store';
  return undefined;
}
