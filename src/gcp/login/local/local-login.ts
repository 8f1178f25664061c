import { ReleaseError } from '../../../domain/errors/errors.ts';
import type { Rest } from '../../../http/rest.ts';
import type { Clock } from '../../../steps/ports/clock.ts';
import type { LocalLogin, TimedToken } from '../../../steps/ports/tokens.ts';
import { readAdc, refresh } from './adc.ts';
import { askGcloud, type GcloudCredential } from './gcloud.ts';
import { adcFile, gcloudProject, read } from './machine.ts';
import { whoIs } from './who-is.ts';

export interface LocalOptions {
  env: NodeJS.ProcessEnv;
  /** Calls the token endpoint, without a bearer token. */
  rest: Pick<Rest, 'call'>;
  clock: Clock;
  addSecret: (value: string) => void;
  /** Called once with who logged in, and from where. */
  tell: (sentence: string) => void;
  /** Service account to act as. */
  account?: string | undefined;
}

/** How long to use a token that does not say when it expires. */
const guessedMs = 300_000;

type Source = (signal?: AbortSignal) => Promise<TimedToken & { account?: string | undefined }>;

/**
 * The login of a person's machine. In this order: a token file (CLOUDSDK_AUTH_ACCESS_TOKEN_FILE), Application Default
 * Credentials, the active account of gcloud. Undefined if the credentials are those of a workflow's login step, which the
 * actions read themselves.
 */
export function openLocalLogin(options: LocalOptions): LocalLogin | undefined {
  const { env, rest, clock, addSecret, tell } = options;
  const tokenFile = env.CLOUDSDK_AUTH_ACCESS_TOKEN_FILE?.trim();
  const adc = tokenFile ? undefined : adcFile(env);
  const user = adc && readAdc(adc.path, adc.from);
  if (adc && !user) return undefined;
  const from = tokenFile ? `CLOUDSDK_AUTH_ACCESS_TOKEN_FILE (${tokenFile})` : (adc?.from ?? 'gcloud');
  const account = options.account ?? user?.account;
  const source: Source = tokenFile
    ? async () => fromFile(tokenFile, clock)
    : user
      ? (signal) => refresh(rest, user, clock, addSecret, signal)
      : (signal) => fromGcloud(env, clock, signal);
  let member: string | undefined;
  let told = false;
  const access = async (signal?: AbortSignal): Promise<TimedToken> => {
    const got = await source(signal);
    addSecret(got.token);
    if (!told) {
      told = true;
      member = memberOf(got.account) ?? (await whoIs(rest, got.token, signal));
      const who = member?.replace(/^\w+:/, '') ?? 'an account whose name Google did not tell';
      tell(`Logged in as ${account ? `${account}, by ${who}` : who} (from ${from}).`);
    }
    return { token: got.token, expiresAt: got.expiresAt };
  };
  return {
    from,
    account,
    project: gcloudProject(env),
    member: () => member,
    access,
    id: async (audience, signal) => {
      // Cloud Run takes the ID token that gcloud gives to a user, whatever its audience.
      const own = tokenFile ? undefined : await askGcloud(env, signal).catch(() => undefined);
      if (own?.idToken !== undefined) {
        addSecret(own.idToken);
        return { token: own.idToken, expiresAt: endOf(own, clock) };
      }
      throw new ReleaseError('login-id-token-needs-account', {
        what: `This machine's login (${from}) can make no ID token for ${audience.slice(0, 200)}.`,
        fix: 'Name an account that may call the service and that you may impersonate: --invoker-service-account ACCOUNT',
      });
    },
  };
}

function fromFile(path: string, clock: Clock): TimedToken {
  const token = read(path)?.trim();
  if (!token)
    throw new ReleaseError('login-missing', {
      what: `CLOUDSDK_AUTH_ACCESS_TOKEN_FILE names ${path}, which holds no token.`,
    });
  return { token, expiresAt: clock.steady() + guessedMs };
}

async function fromGcloud(env: NodeJS.ProcessEnv, clock: Clock, signal?: AbortSignal) {
  const found = await askGcloud(env, signal);
  if (!found)
    throw new ReleaseError('login-missing', {
      what: 'This machine has no login for Google Cloud: there are no Application Default Credentials, and gcloud is not installed.',
      fix: 'Install gcloud (https://cloud.google.com/sdk/docs/install) and log in, or set CLOUDSDK_AUTH_ACCESS_TOKEN_FILE:',
      commands: ['gcloud auth application-default login'],
    });
  return { token: found.accessToken, account: found.account, expiresAt: endOf(found, clock) };
}

function endOf({ expiresAt }: GcloudCredential, clock: Clock): number {
  const left = expiresAt === undefined ? guessedMs : expiresAt - clock.now();
  return clock.steady() + Math.max(0, left);
}

const memberOf = (account: string | undefined): string | undefined =>
  account && `${account.endsWith('.gserviceaccount.com') ? 'serviceAccount' : 'user'}:${account}`;
