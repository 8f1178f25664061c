import { classifyProbe } from './front-end.ts';
import type { CallRefusal } from './refusal.ts';

/** What stands in front of a function: the way that its users come in. */
export const doorKinds = ['gateway', 'balancer', 'iap'] as const;
export type DoorKind = (typeof doorKinds)[number];

const names: Record<DoorKind, string> = {
  gateway: 'the API gateway',
  balancer: 'the load balancer',
  iap: 'Identity-Aware Proxy',
};
export const doorName = (kind: DoorKind): string => names[kind];

/**
 * Identity-Aware Proxy also takes a JWT that a service account signs itself. Its audience is an address, or all below it with `/*` at the end. No
 * ID token has such an audience, so the end tells the two apart.
 */
export const isSignedAudience = (audience: string): boolean =>
  /^https?:\/\/[^/*]+\/([^*]*\/)?\*$/.test(audience);

/** The audience of such a JWT for everything at an address. */
export const signedAudience = (url: string): string => `${new URL(url).origin}/*`;

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** The header that carries our token. A request of the suite that has an `Authorization` of its own keeps it. */
export type TokenHeader = 'authorization' | 'proxy-authorization' | 'x-serverless-authorization';

/**
 * Identity-Aware Proxy reads `Proxy-Authorization` before `Authorization`, and Cloud Run reads `X-Serverless-Authorization` before it. The
 * other header then goes to the function as it is. A gateway knows no such header.
 */
export function tokenHeader(headers: Readonly<Record<string, string>>, door?: DoorKind): TokenHeader {
  const isTaken = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  if (!isTaken || door === 'gateway') return 'authorization';
  return door === 'iap' ? 'proxy-authorization' : 'x-serverless-authorization';
}

/**
 * What is wrong with a door, by its answer to a request without a credential. Undefined if a token may be sent there. The answer
 * decides before anything secret leaves this run.
 */
export function judgeKnock(kind: DoorKind, url: string, answer: Answer): CallRefusal | undefined {
  const seen = classifyProbe(answer).class;
  const at = new URL(url).host;
  if (seen === 'foreign')
    return {
      what: `${at} is not behind Google's front end, so it got no token.`,
      why: `It answered ${answer.status} without any of the headers that Google's load balancers and gateways add.`,
      fix: 'Correct front_url. If a proxy stands between this runner and Google, name the host in NO_PROXY.',
    };
  if (kind !== 'iap' && seen === 'iap')
    return {
      what: `Identity-Aware Proxy stands before ${at}, so a token for ${names[kind]} would be refused.`,
      why: `It answered ${answer.status} itself.`,
      fix: 'Set front: iap. The account that calls then signs a JWT for this address, or gets an ID token for front_audience, the id of an OAuth client that it knows.',
    };
  if (kind === 'iap' && seen !== 'iap' && seen !== 'unclear')
    return {
      what: `Identity-Aware Proxy does not stand before ${at}, so it got no token.`,
      why:
        seen === 'reached'
          ? `The function itself answered a request without a credential (${answer.status}).`
          : `Another part of Google's front end answered (${answer.status}).`,
      fix: 'Switch Identity-Aware Proxy on, or set front: balancer if the load balancer has none.',
    };
  return undefined;
}

/** What a gateway says of a request that has a good form and no good key, path, method or quota. */
const gatewayWords =
  /api key|not defined by this API|matched to the defined url template|RESOURCE_EXHAUSTED|quota exceeded/i;

/**
 * The refusals of an API gateway: JSON with a `code` that repeats the status, and a message. The function never sees the request. A
 * function may use the same form for errors of its own, so only 401 and 403 are told by the form alone.
 */
export function isGatewayRefusal({ status, headers, body }: Answer): boolean {
  if (![400, 401, 403, 404, 405, 429].includes(status)) return false;
  if (!(headers['content-type'] ?? '').toLowerCase().includes('json')) return false;
  const start = body.slice(0, 1000);
  const form =
    /"code"\s*:\s*(\d{3})\b/.exec(start)?.[1] === String(status) && /"message"\s*:\s*"/.test(start);
  return form && (status === 401 || status === 403 || gatewayWords.test(start));
}
