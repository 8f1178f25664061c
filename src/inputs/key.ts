import { ReleaseError } from '../domain/errors/errors.ts';

/** Every action refuses a service-account key before anything else, and says how to migrate. It prints nothing of the key. */
export function refuseKey(
  env: Readonly<Record<string, string | undefined>>,
  addSecret: (value: string) => void,
): void {
  const key = env.INPUT_CREDENTIALS_JSON?.trim();
  if (!key) return;
  // Masks the lines of the key itself, not the words around it, which would be masked in the whole job.
  for (const [line] of key.matchAll(/[A-Za-z0-9+/=]{24,}/g)) addSecret(line);
  throw new ReleaseError('login-key-refused', {
    what: 'credentials_json was set: these actions refuse service-account keys.',
    why: 'A key is a password that does not expire and works from anywhere. A keyless login lasts minutes and works only for this repository.',
    fix: 'Create a workload identity provider (actions/auth/README.md has the three commands), set workload_identity_provider and service_account in place of credentials_json, add `permissions: id-token: write` to the job, then delete the key:',
    commands: ['gcloud iam service-accounts keys delete KEY_ID --iam-account=ACCOUNT'],
  });
}
