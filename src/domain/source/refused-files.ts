/** Files that never belong in an upload, by their name. Which ones by content: see `private-key.ts`. */

const examples = /^\.env\.(example|sample|template|dist|defaults)$/;

/**
 * Why a file or folder of this name is refused, or undefined. The caller asks only about what the ignore rules let
 * through: refusing is louder than leaving out, since whoever relies on such a file has to know.
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
