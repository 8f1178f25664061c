import { ReleaseError } from '../domain/errors/errors.ts';
import { slug } from '../domain/product.ts';
import { TransportError } from '../http/send.ts';
import type { Clock } from '../steps/ports/clock.ts';
import { CountsRefused } from '../steps/ports/counts-refused.ts';
import type { OutsideLogin } from '../steps/ports/outside-login.ts';
import { awsEndpoint } from './endpoints.ts';
import { AwsError } from './errors.ts';
import { type AwsPurpose, audience, explainAssume, keysOf, readsMetrics } from './login.ts';
import type { AwsCredentials } from './sigv4.ts';
import { assumeRole, type Session } from './sts.ts';

/** What a login to AWS needs of the run. */
export interface AwsWorld extends OutsideLogin {
  clock: Clock;
}

/** A session is renewed this long before it ends. */
const earlyMs = 300_000;
const mostTries = 3;

/** Has the keys that sign calls. They are fetched with the first call, and again before they expire. */
export class AwsSession {
  readonly #world: AwsWorld;
  readonly #region: string;
  /** The role to assume; undefined: the keys of an earlier step. */
  readonly role: string | undefined;
  readonly #purpose: AwsPurpose;
  #session: Promise<Session> | undefined;

  constructor(world: AwsWorld, region: string, role: string | undefined, purpose = readsMetrics) {
    this.#world = world;
    this.#region = region;
    this.role = role;
    this.#purpose = purpose;
  }

  async keys(signal?: AbortSignal): Promise<AwsCredentials> {
    if (this.role === undefined) return this.#earlier();
    const session = await this.#assumed(this.role, signal);
    if (session.expires - this.#world.clock.now() > earlyMs) return session;
    this.renew();
    return this.#assumed(this.role, signal);
  }

  /** AWS refused the keys as expired. The next call gets new ones. */
  renew(): void {
    this.#session = undefined;
  }

  #earlier(): AwsCredentials {
    const { env, mask } = this.#world;
    const { roleInput } = this.#purpose;
    const keys = keysOf(env);
    if (!keys)
      throw new ReleaseError('login-missing', {
        what: 'There is no login to AWS.',
        why: `Neither ${roleInput} nor AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of an earlier step are set.`,
        fix: `Set ${roleInput} to a role that trusts GitHub, or run aws-actions/configure-aws-credentials before this step.`,
      });
    for (const secret of [keys.accessKeyId, keys.secretAccessKey, keys.sessionToken])
      if (secret) mask(secret);
    return keys;
  }

  #assumed(role: string, signal?: AbortSignal): Promise<Session> {
    if (this.#session) return this.#session;
    const session = this.#assume(role, signal);
    this.#session = session;
    // A failure must not stay: the next call asks again.
    session.catch(() => {
      if (this.#session === session) this.#session = undefined;
    });
    return session;
  }

  async #assume(role: string, signal?: AbortSignal): Promise<Session> {
    const { env, clock, sandbox, userAgent, mask, identityToken } = this.#world;
    const endpoint = awsEndpoint('sts', this.#region, env, sandbox);
    const token = await identityToken(audience, signal);
    mask(token);
    const sessionName = `${slug}-${(env.GITHUB_RUN_ID ?? 'run').replace(/[^\w]/g, '').slice(0, 40) || 'run'}`;
    for (let tries = 1; ; tries++)
      try {
        const session = await assumeRole({
          endpoint,
          role,
          sessionName,
          identityToken: token,
          policy: this.#purpose.policy,
          userAgent,
          signal,
        });
        for (const secret of [session.accessKeyId, session.secretAccessKey, session.sessionToken])
          if (secret) mask(secret);
        return session;
      } catch (error) {
        if (tries < mostTries && isTransient(error)) await clock.sleep(500 * 2 ** tries, signal);
        else if (error instanceof AwsError && error.status < 500 && !error.isThrottled)
          throw new CountsRefused({
            what: `AWS gave this job no session for ${role} (${error.awsCode || error.status}${error.awsMessage ? `: ${error.awsMessage}` : ''}).`,
            ...explainAssume(error, role, token),
            cause: error,
          });
        else throw error;
      }
  }
}

/** The same call may succeed a moment later. STS says IDPCommunicationError if it did not reach GitHub's keys. */
export const isTransient = (error: unknown): boolean =>
  error instanceof AwsError
    ? error.status >= 500 || error.isThrottled || error.awsCode === 'IDPCommunicationError'
    : error instanceof TransportError && !error.permanent;
