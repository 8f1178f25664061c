import { objectOf, textOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { cloudPlatformScope } from '../../domain/login/request.ts';
import { userAgent } from '../../domain/product.ts';
import { createCloud } from '../../gcp/conformance/cloud.ts';
import { fetchOidcToken } from '../../gcp/login/oidc.ts';
import { endpoints } from '../../http/endpoints.ts';
import { createRest } from '../../http/rest.ts';
import { send } from '../../http/send.ts';
import type { Context } from '../../runner/context.ts';
import type { Cloud } from '../../steps/conformance/ports.ts';
import type { Call } from '../verb.ts';
import { startSandbox } from './sandbox-process.ts';

/** Google Cloud or the sandbox, and who we are there. */
export interface Opened {
  cloud: Cloud;
  against: 'google' | 'sandbox';
  project: string;
  region: string;
  /** The user as a member of IAM. Asks for a token. */
  member: () => Promise<string>;
  answers: () => number;
  close: () => void;
}

export interface Target {
  against: string;
  project: string | undefined;
  region: string;
  quirks: readonly string[];
  /** No login: only the exchanges of a job's token. */
  loginOnly: boolean;
}

export async function open(
  { context, google }: Pick<Call, 'context' | 'google'>,
  target: Target,
): Promise<Opened> {
  const { env, signal } = context;
  if (target.against === 'google') {
    if (target.loginOnly)
      return opened(context, target, env, () => Promise.reject(new Error('no login')), undefined);
    const platform = await google(target.project);
    return opened(
      context,
      { ...target, project: platform.projectId },
      env,
      (s) => platform.tokens.accessToken(s),
      platform.member,
    );
  }
  const started =
    target.against === 'sandbox' ? await startSandbox(process.cwd(), target.quirks, signal) : undefined;
  const control = started?.control ?? target.against;
  const owner = 'user:owner@example.com';
  const token = await ownersToken(control, owner, signal);
  context.secrets.add(token);
  const place = {
    ...target,
    project: started?.project ?? target.project ?? env.CLOUDSDK_CORE_PROJECT,
    region: started?.region ?? target.region,
  };
  const found = opened(
    context,
    place,
    { ...env, ...started?.env },
    () => Promise.resolve(token),
    () => owner,
  );
  return { ...found, against: 'sandbox', close: () => started?.stop() };
}

async function ownersToken(control: string, member: string, signal: AbortSignal): Promise<string> {
  const answer = await send({
    ...{ method: 'POST', url: `${control}/tokens`, body: JSON.stringify({ member }) },
    ...{ headers: { 'content-type': 'application/json' }, timeoutMs: 10_000, signal },
  });
  const token = textOf(objectOf(JSON.parse(answer.body.toString('utf8'))).accessToken);
  if (token === undefined)
    throw new ReleaseError('request-invalid', { what: `No sandbox answers at ${control}.` });
  return token;
}

function opened(
  { clock, log, secrets, id }: Context,
  { project = '', region }: Pick<Target, 'project' | 'region'>,
  env: Readonly<Record<string, string | undefined>>,
  accessToken: (signal?: AbortSignal) => Promise<string>,
  member: (() => string | undefined) | undefined,
): Opened {
  let count = 0;
  const agent = userAgent(id, 'conformance');
  const found = endpoints(env);
  const rest = createRest({
    endpoints: found,
    clock,
    log,
    accessToken,
    redact: secrets.redact,
    userAgent: agent,
  });
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = env;
  if (bearer) secrets.add(bearer);
  const jobToken: Cloud['jobToken'] =
    url && bearer
      ? async (audience, signal) => {
          const endpoint = { url, headers: { authorization: `bearer ${bearer}` }, field: 'value' };
          const options = {
            endpoint,
            audience,
            endpoints: found,
            clock,
            log,
            userAgent: agent,
            signal,
            random: Math.random,
          };
          const { token } = await fetchOidcToken(options);
          secrets.add(token);
          return token;
        }
      : undefined;
  const cloud = createCloud({
    ...{ rest, accessToken, jobToken, userAgent: agent, addSecret: secrets.add },
    registryBase: found.loopback ? env.GHA_ENDPOINT_OVERRIDE_registry : undefined,
    onAnswer: () => {
      count++;
    },
  });
  return {
    ...{ cloud, against: 'google', project, region, answers: () => count, close: () => {} },
    async member() {
      await accessToken();
      const who = member?.();
      if (who !== undefined) return who;
      throw new ReleaseError('login-missing', {
        what: 'Google does not say whose token this is.',
        fix: `Log in with the scope of your e-mail address, or run it with gcloud's login (scope ${cloudPlatformScope} alone is not enough).`,
      });
    },
  };
}
