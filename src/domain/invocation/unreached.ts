import { type DoorKind, isGatewayRefusal, isSignedAudience } from './door.ts';
import { classifyProbe } from './front-end.ts';
import { type CallRefusal, explainInvocation, type Invocation } from './refusal.ts';
import { otherLimits, type Supply, supplyFix, supplyText } from './supply.ts';

/** A request that Google's front end answered itself. It says nothing about the code of the function. */

export type UnreachedBy =
  /** The token was rejected (401). */
  | 'token'
  /** The account of the token may not call the service (403). */
  | 'invoker'
  /** The ingress setting keeps this caller out, or the URL is disabled or gone (404, or 403 by ingress). */
  | 'ingress'
  /** Identity-Aware Proxy asked for a sign-in. */
  | 'iap'
  /** The API gateway refused the credential, or does not know the path. */
  | 'gateway'
  /** No instance was free (429): the maximum of instances, or a quota. */
  | 'capacity'
  /** A proxy, a gateway or a sign-in page between this runner and Google answered. */
  | 'proxy';

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * What answered instead of the function. Undefined if the function answered, or if nothing proves who did. If the URL came from
 * Google's API (`behindGoogle`), every answer of the function passes Google's front end.
 */
export function unreachedBy(
  answer: Answer,
  { behindGoogle = false, door }: { behindGoogle?: boolean | undefined; door?: DoorKind | undefined } = {},
): UnreachedBy | undefined {
  if (door === 'gateway' && isGatewayRefusal(answer)) return 'gateway';
  switch (classifyProbe(answer).class) {
    case 'unclear':
      return answer.status === 429 ? 'capacity' : undefined;
    case 'refused':
      if (answer.status === 401) return 'token';
      return /Access is forbidden/i.test(answer.body) ? 'ingress' : 'invoker';
    case 'not-routed':
      return 'ingress';
    case 'iap':
      return 'iap';
    case 'foreign':
      return behindGoogle ? 'proxy' : undefined;
    default:
      return undefined;
  }
}

/** What a service takes, and how long a request took that it answered. */
export interface Load {
  supply: Supply;
  serviceMs?: number | undefined;
}

/** What stopped a request, why, and what repairs it. `call` names the service and the caller, if they are known. */
export function explainUnreached(
  by: UnreachedBy,
  status: number,
  call?: Invocation,
  load?: Load,
): CallRefusal {
  if (by === 'token' || by === 'invoker') {
    const known = call && explainInvocation(by === 'token' ? 401 : 403, call);
    return (
      known ?? {
        what: `Google's front end refused the request (${status}), so the function never saw it.`,
        why:
          by === 'token'
            ? 'The ID token has expired, or its audience is not a URL of the service.'
            : 'The account of the ID token lacks roles/run.invoker on the service.',
        fix: 'Grant roles/run.invoker on the service to the account that calls it.',
      }
    );
  }
  const service = call ? `service ${call.service}` : 'the service';
  if (by === 'capacity')
    return {
      what: `No instance of ${service} was free (${status}), so the function never saw the request.`,
      why: [
        'All instances were busy and no more may start.',
        load && supplyText(load.supply, load.serviceMs),
        otherLimits,
      ]
        .filter(Boolean)
        .join(' '),
      fix: load
        ? supplyFix(load.supply, load.serviceMs)
        : 'Raise max_instance_count or max_instance_request_concurrency, or run the job again when the function is less busy.',
    };
  if (by === 'proxy')
    return {
      what: `A proxy or gateway on the way answered instead of ${service} (${status}), so the function never saw the request.`,
      why: "The answer has none of the headers that Google's front end adds to every answer.",
      fix: 'Let this runner reach *.run.app directly, or name these hosts in NO_PROXY.',
    };
  if (by === 'gateway')
    return {
      what: `The API gateway before ${service} did not pass the request on (${status}), so the function never saw it.`,
      why:
        status === 404 || status === 405
          ? 'Its document has no operation for this method and path.'
          : 'It refuses the credential: the audience is not in its document, the API key is not good for this API, or the quota is used up.',
      fix: 'Compare the paths of the suite and front_audience with the document of the gateway, and api_key with the keys of the API.',
    };
  if (by === 'iap') return iapRefusal(service, status, call);
  return {
    what: `Google's front end did not pass the request on to ${service} (${status}), so the function never saw it.`,
    why: 'The ingress setting lets in only internal networks or a load balancer, and this runner is outside of them; or the URL is disabled or gone.',
    fix: "Run this job on a runner inside the VPC network (one of your own, since GitHub's are always outside). Or test the same source on the runner with command: (actions/smoke-test) and release without a suite; then only Cloud Run's own check at the start tries the new revision.",
  };
}

/** Identity-Aware Proxy stands before the service, and its answer tells what it lacks: a credential (302), a known audience (401), or a grant (403). */
function iapRefusal(service: string, status: number, call: Invocation | undefined): CallRefusal {
  const what = `Identity-Aware Proxy stopped the request to ${service} (${status}), so the function never saw it.`;
  if (status === 403)
    return {
      what,
      why: `It knows the account${call ? ` ${call.caller}` : ''}, but the account may not pass.`,
      fix: `Grant roles/iap.httpsResourceAccessor on what Identity-Aware Proxy protects to ${call?.caller ?? 'the calling account'}.`,
    };
  if (call && isSignedAudience(call.audience))
    return {
      what,
      why: `It did not take the JWT that ${call.caller} signed for ${call.audience}: the address does not cover the one that was called, the JWT has expired, or this proxy takes no such JWT.`,
      fix: 'Remove front_audience, so that the JWT is signed for the called address, or set it to the id of an OAuth client that Identity-Aware Proxy knows.',
    };
  return {
    what,
    why: call
      ? `The audience ${call.audience} of the ID token is not the id of an OAuth client that it knows, or the token has expired.`
      : 'It got no ID token that it accepts.',
    fix: 'Set front: iap, and front_audience to the id of an OAuth client that Identity-Aware Proxy knows (that of the backend service, or one of the programmatic clients in its settings). Or leave front_audience out: the account then signs a JWT for the address.',
  };
}
