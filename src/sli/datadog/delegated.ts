import { escapeRegExp } from '../../domain/data/escape-regexp.ts';
import { objectOf, textOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { decodeClaims } from '../../domain/login/claims.ts';
import { CountsRefused } from '../../steps/ports/counts-refused.ts';
import type { OutsideLogin } from '../../steps/ports/outside-login.ts';
import { answeredBy, type DatadogClient, exchange, objectIn, saidBy } from './exchange.ts';
import { type DatadogLogin, refusedToken } from './login.ts';
import type { SiteName } from './sites.ts';

interface Delegated {
  token: string;
  /** Milliseconds since the epoch. */
  expires: number;
}

/** A token is exchanged this long before it ends. */
const earlyMs = 60_000;
/** How long a token lives if Datadog does not say it, as in Datadog's own clients. */
const usualMs = 900_000;

/** The audience of GitHub's token. It names the organisation in Datadog. */
export const audienceOf = (org: string): string => `datadog/${org.toLowerCase()}`;

/**
 * Exchanges GitHub's token of this job for a token of the user or service account that the organisation has mapped it to
 * (https://docs.datadoghq.com/api/latest/cloud-authentication/). No key is stored anywhere.
 */
export function delegatedLogin(
  client: DatadogClient,
  site: SiteName,
  org: string,
  { mask, identityToken }: Pick<OutsideLogin, 'mask' | 'identityToken'>,
): DatadogLogin {
  let current: Promise<Delegated> | undefined;

  async function fetchToken(signal?: AbortSignal): Promise<Delegated> {
    const proof = await identityToken(audienceOf(org), signal);
    mask(proof);
    const answer = await exchange(
      client,
      '/api/v2/delegated-token',
      { method: 'POST', signal },
      { authorization: `Delegated ${proof}` },
    );
    if (answer.status === 401 || answer.status === 403) throw refused(answer.status, saidBy(answer), proof);
    if (answer.status !== 200) throw answeredBy(client, answer);
    const { access_token: token, expires } = objectOf(objectOf(objectIn(answer).data).attributes);
    const text = textOf(token);
    if (text === undefined)
      throw new ReleaseError('response-malformed', {
        what: 'Datadog gave no token for the token of GitHub.',
      });
    mask(text);
    const seconds = Number(expires);
    const { clock } = client;
    return { token: text, expires: seconds > 0 ? seconds * 1000 : clock.now() + usualMs };
  }

  const refused = (status: number, said: string, proof: string) =>
    new CountsRefused({
      what: `Datadog gave this job no login (${status}${said}).`,
      why:
        status === 401
          ? `The organisation ${org} on the site ${site} does not accept GitHub's token.`
          : 'No identity mapping of the organisation admits this run, or the user that it names has no access.',
      fix: `Compare datadog_org and datadog_site with Organization Settings, and the mapping with the claim sub of this run: ^${escapeRegExp(subjectOf(proof))}$`,
    });

  const token = (signal?: AbortSignal): Promise<Delegated> => {
    const made = current ?? fetchToken(signal);
    current = made;
    // A failure must not stay: the next call asks again.
    made.catch(() => {
      if (current === made) current = undefined;
    });
    return made;
  };

  return {
    async headers(signal) {
      let own = await token(signal);
      if (own.expires - client.clock.now() <= earlyMs) {
        current = undefined;
        own = await token(signal);
      }
      return { authorization: `Bearer ${own.token}` };
    },
    renew() {
      current = undefined;
      return true;
    },
    explain: async (status, said) => refusedToken(site, status, said),
  };
}

/** The claim `sub` of a token, for a message. It is no secret. */
function subjectOf(token: string): string {
  const subject = textOf(decodeClaims(token)?.sub) ?? '';
  return /^[\w:/.@-]{1,200}$/.test(subject) ? subject : 'repo:OWNER/NAME:…';
}
