import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import { defaultOidcAudience, stsAudience } from '../../domain/login/identity.ts';
import type { LoginRequest } from '../../domain/login/request.ts';
import { filePrefix } from '../../domain/product.ts';
import type { Endpoints } from '../../http/endpoints.ts';

/**
 * The content of the file that Google's SDKs, gcloud and Terraform read (AIP-4117), as google-github-actions/auth@v3
 * writes it. Anyone who reads the file can act as this job while the job runs.
 */
export function credentialsOf(login: LoginRequest, endpoints: Endpoints): Record<string, unknown> {
  const { provider, endpoint, universe } = login;
  if (!provider || !endpoint)
    throw new ReleaseError('internal', { what: 'The credentials file was requested before the login.' });
  const url = new URL(endpoint.url);
  url.searchParams.set('audience', login.oidcAudience ?? defaultOidcAudience(provider, universe));
  const account = login.serviceAccount;
  return {
    type: 'external_account',
    ...(universe === 'googleapis.com' ? {} : { universe_domain: universe }),
    audience: stsAudience(provider, universe),
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `${endpoints.base('sts')}/v1/token`,
    // gcloud looks up the owner of a token here. Without this field it would ask googleapis.com.
    ...(universe === 'googleapis.com' ? {} : { token_info_url: `${endpoints.base('sts')}/v1/introspect` }),
    credential_source: {
      url: url.href,
      headers: { Authorization: endpoint.headers.authorization },
      format: { type: 'json', subject_token_field_name: endpoint.field },
    },
    ...(account
      ? {
          service_account_impersonation_url: `${endpoints.base('iamcredentials')}/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
        }
      : {}),
  };
}

/** Chooses the path of the file without creating it, so that the path can be saved for the post step first. */
export function planCredentialsPath(
  env: { RUNNER_TEMP?: string | undefined; GITHUB_WORKSPACE?: string | undefined },
  asked: string | undefined,
): string {
  if (asked) {
    const path = isAbsolute(asked) ? resolve(asked) : resolve(env.GITHUB_WORKSPACE || '.', asked);
    // Checked here, because the post step removes what is at the saved path.
    if (lstatSync(path, { throwIfNoEntry: false })) throw notWritten(path, { code: 'EEXIST' });
    return path;
  }
  if (!env.RUNNER_TEMP)
    throw new ReleaseError('login-file-failed', {
      what: 'RUNNER_TEMP is not set, so there is no safe place for the credentials file.',
      fix: 'Set create_credentials_file: false, or set credentials_file_path.',
    });
  const name = () => randomBytes(8).toString('hex');
  // Ignore lists of other tools know this prefix.
  return join(env.RUNNER_TEMP, `${folderPrefix}${name()}`, `gha-creds-${name()}.json`);
}

const folderPrefix = `${filePrefix}login-`;

/** Creates the folder (0700) and the file (0600). Anything that exists at that path, even a link, is an error. */
export function writeCredentials(path: string, content: Record<string, unknown>): void {
  try {
    if (basename(dirname(path)).startsWith(folderPrefix)) mkdirSync(dirname(path), { mode: 0o700 });
    const file = openSync(
      path,
      constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0),
      0o600,
    );
    try {
      writeSync(file, JSON.stringify(content));
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw notWritten(path, cause);
  }
}

function notWritten(path: string, cause: unknown): ReleaseError {
  const exists = (cause as NodeJS.ErrnoException).code === 'EEXIST';
  return new ReleaseError('login-file-failed', {
    what: `The credentials file ${path} could not be written.`,
    why: exists ? 'Something with that name exists already, and the action never overwrites it.' : undefined,
    fix: exists
      ? 'Remove it, or choose another credentials_file_path.'
      : 'Check that the folder exists and is writable.',
    ...(cause instanceof Error ? { cause } : {}),
  });
}

/**
 * Overwrites and removes the file and the folder that was made for it. Returns undefined, or why that failed. A missing
 * file is no failure, since a run may have been killed at any point.
 */
export function removeCredentials(path: string): string | undefined {
  try {
    const file = openSync(path, constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      const { size } = fstatSync(file);
      writeSync(file, Buffer.alloc(Math.min(size, 1 << 20)));
      ftruncateSync(file);
    } finally {
      closeSync(file);
    }
  } catch {
    // Overwriting is only a precaution. Removing the file is what counts.
  }
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return messageOf(error);
  }
  try {
    if (basename(dirname(path)).startsWith(folderPrefix)) rmdirSync(dirname(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return messageOf(error);
  }
  return undefined;
}
