import { execFile } from 'node:child_process';
import { isObject, textOf } from '../../../domain/data/json.ts';
import { ReleaseError } from '../../../domain/errors/errors.ts';

/** What `gcloud config config-helper` knows about the active account. */
export interface GcloudCredential {
  accessToken: string;
  idToken: string | undefined;
  /** Milliseconds of the epoch. */
  expiresAt: number | undefined;
  account: string | undefined;
  project: string | undefined;
}

/** gcloud may refresh its token first, over a slow network. */
const patienceMs = 60_000;

/** Asks the installed gcloud for the token of its active account. Undefined if there is no gcloud. */
export async function askGcloud(
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<GcloudCredential | undefined> {
  const answer = await run(['config', 'config-helper', '--format=json'], env, signal);
  if (answer === undefined) return undefined;
  let said: unknown;
  try {
    said = JSON.parse(answer);
  } catch {
    throw new ReleaseError('response-malformed', { what: 'gcloud config config-helper printed no JSON.' });
  }
  const credential = isObject(said) && isObject(said.credential) ? said.credential : {};
  const configuration = isObject(said) && isObject(said.configuration) ? said.configuration : {};
  const properties = isObject(configuration.properties) ? configuration.properties : {};
  const core = isObject(properties.core) ? properties.core : {};
  const accessToken = textOf(credential.access_token);
  if (!accessToken)
    throw new ReleaseError('login-missing', {
      what: 'gcloud has no active account.',
      fix: 'Log in:',
      commands: ['gcloud auth login'],
    });
  const end = Date.parse(textOf(credential.token_expiry) ?? '');
  return {
    accessToken,
    idToken: textOf(credential.id_token),
    expiresAt: Number.isFinite(end) ? end : undefined,
    account: textOf(core.account),
    project: textOf(core.project),
  };
}

/** Standard output of gcloud; undefined if it is not installed. */
function run(argv: string[], env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<string | undefined> {
  const windows = process.platform === 'win32';
  return new Promise((resolve, reject) => {
    execFile(
      windows ? 'gcloud.cmd' : 'gcloud',
      argv,
      {
        env: { ...env, CLOUDSDK_CORE_DISABLE_PROMPTS: '1' },
        timeout: patienceMs,
        maxBuffer: 1 << 20,
        shell: windows,
        ...(signal ? { signal } : {}),
      },
      (error, stdout, stderr) => {
        if (!error) return resolve(stdout);
        if (signal?.aborted) return reject(signal.reason);
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return resolve(undefined);
        const said =
          stderr
            .trim()
            .split('\n')
            .find((line) => /ERROR/.test(line)) ?? stderr.trim();
        reject(
          new ReleaseError('login-missing', {
            what: `gcloud could not give a token${said ? `: ${said.slice(0, 300)}` : ''}.`,
            fix: 'Log in again:',
            commands: ['gcloud auth login'],
          }),
        );
      },
    );
  });
}
