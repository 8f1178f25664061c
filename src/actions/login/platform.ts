import { ReleaseError } from '../../domain/errors/errors.ts';
import { claimText } from '../../domain/login/claims.ts';
import { principalOf } from '../../domain/login/identity.ts';
import type { LoginRequest } from '../../domain/login/request.ts';
import { userAgent } from '../../domain/product.ts';
import { spanText } from '../../domain/text/span.ts';
import { createTokens } from '../../gcp/login/token-source.ts';
import { type Endpoints, endpoints } from '../../http/endpoints.ts';
import { withQuotaProject } from '../../http/quota-project.ts';
import { createRest, type Rest, type RestCall } from '../../http/rest.ts';
import type { Context } from '../../runner/context.ts';
import type { LoginTokens } from '../../steps/ports/tokens.ts';

/** The clients with which every action reaches Google Cloud. Opening them sends nothing. */
export interface Platform {
  tokens: LoginTokens;
  rest: Rest;
  endpoints: Endpoints;
  /** Empty only if the login rules say that it is optional. */
  projectId: string;
  /** E-mail of the account that ID tokens are minted for; undefined if there is none. */
  invoker: string | undefined;
  /** Who this job is for IAM, for grants. Without a service account it is known only after the login. */
  member: () => string | undefined;
}

export function openPlatform(context: Context, login: LoginRequest): Platform {
  const { env, log, clock, signal, secrets } = context;
  const found = endpoints(env, login.universe, login.trustedEndpoints);
  const agent = userAgent(context.id);
  // The headers hold the token that requests GitHub's token, so mask it.
  for (const value of Object.values(login.endpoint?.headers ?? {}))
    secrets.add(value.replace(/^bearer\s+/i, ''));
  /** The last token, and those that Google refused although they should still be valid. */
  let given: string | undefined;
  const refused = new Set<string>();
  /** True once the clock follows Google's. If it is behind later, the machine has slept. */
  let isClockRight = false;
  const client = createRest({
    endpoints: found,
    clock,
    log,
    redact: secrets.redact,
    userAgent: agent,
    requestReason: login.requestReason,
    accessToken: async (aborted) => {
      given = await tokens.accessToken(aborted);
      context.google = rest;
      return given;
    },
  });
  const sending = withQuotaProject(client, context.localLogin && login.projectId);
  const rest: Rest = {
    endpoints: found,
    requestReason: login.requestReason,
    call: async <T>(call: RestCall) => {
      const isOwn = call.auth !== 'none' && call.bearer === undefined;
      const isRefused = (error: unknown) => isOwn && (error as { status?: number }).status === 401;
      const send = async () => {
        const answer = await sending.call<T>(call);
        if (isClockRight) noticeSleep(context, answer.headers.date);
        return answer;
      };
      try {
        return await send();
      } catch (error) {
        if (!isRefused(error)) throw error;
        // Nothing has happened at Google, so the call can be repeated. A product that takes no such login refuses every token.
        if (given !== undefined && !refused.has(given) && refused.size < mostRenewals) {
          refused.add(given);
          tokens.renew?.();
          try {
            return await send();
          } catch (again) {
            if (!isRefused(again)) throw again;
          }
        }
        // A product that does not take federated identities answers 401 and no more, so add the reason.
        const { explainUnauthenticated } = await import('../../domain/login/failure/explain-call.ts');
        const parts = explainUnauthenticated(call.api, login, tokens.claims());
        throw parts ? new ReleaseError('login-federation-unsupported', { ...parts, cause: error }) : error;
      }
    },
  };
  const tokens: LoginTokens = createTokens({
    request: login,
    rest,
    clock,
    log,
    addSecret: secrets.add,
    userAgent: agent,
    signal,
    local: context.localLogin,
    onClock: (aheadMs) => {
      followGoogle(context, aheadMs);
      isClockRight = true;
    },
  });
  const member = () => memberOf(login, tokens) ?? context.localLogin?.member();
  context.about.names = () => ({ project: login.projectId, member: member() });
  const invoker = login.invokerServiceAccount ?? login.serviceAccount;
  return { tokens, rest, endpoints: found, projectId: login.projectId ?? '', invoker, member };
}

/** How often a run asks for new tokens because Google refused the present ones. */
const mostRenewals = 5;

/** A header tells the time only to a second, and an answer takes time. */
const toleratedMs = 5000;
const worthTellingMs = 30_000;

/** If the machine's clock is wrong, moments follow Google's: log entries and the record are compared with them. */
function followGoogle({ log, correctClock }: Context, aheadMs: number): void {
  const off = Math.abs(aheadMs);
  correctClock(off > toleratedMs ? aheadMs : 0);
  if (off <= worthTellingMs) return;
  const by = `${spanText(off / 1000)} ${aheadMs > 0 ? 'ahead of' : 'behind'}`;
  log.warning(
    `The clock of this runner is ${by} Google's. This run uses Google's time. On a self-hosted runner, set the clock: timedatectl set-ntp true`,
  );
}

/**
 * The monotonic clock stands still while a machine is suspended, and Google's time goes on. Moments are compared
 * with those of log entries, so they must catch up.
 */
function noticeSleep({ log, clock, wakeClock }: Context, date: string | undefined): void {
  const behind = Date.parse(date ?? '') - clock.now();
  if (!(behind > worthTellingMs)) return;
  wakeClock(behind);
  log.warning(
    `This machine stood still for ${spanText(behind / 1000)}, or its clock did. Moments follow Google's time.`,
  );
}

/** Who this job is for IAM: its account, or exactly the subject of this run, so that a grant admits no other run. */
function memberOf({ serviceAccount, provider }: LoginRequest, tokens: LoginTokens): string | undefined {
  if (serviceAccount) return `serviceAccount:${serviceAccount}`;
  const subject = claimText(tokens.claims(), 'sub');
  return provider && subject ? principalOf(provider, subject) : undefined;
}
