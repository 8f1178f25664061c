import { grantImpersonation, quoted } from '../commands.ts';
import type { LoginRequest } from '../request.ts';

/** What a login that worked cannot do: refusals of the calls that come after it. */

export interface CallRefusal {
  what: string;
  why: string;
  fix: string;
}

/** A Google API that answered 401 to a federated token; undefined where an account is impersonated. */
export function explainUnauthenticated(api: string, login: LoginRequest): CallRefusal | undefined {
  if (login.serviceAccount || !login.provider) return undefined;
  return {
    what: `${api}.googleapis.com does not take this login (401).`,
    why: 'The run logs in as a federated identity, without a service account; some products, and some VPC Service Controls perimeters, take accounts only.',
    fix: `Set service_account, and let this repository act as it: ${grantImpersonation(
      login.provider,
      'ACCOUNT@PROJECT.iam.gserviceaccount.com',
      { repository: login.run.repository },
    )}`,
  };
}

/** An authenticated call of a service. */
export interface Invocation {
  project: string;
  region: string;
  /** Short name of the Cloud Run service. */
  service: string;
  /** Of the ID token that was sent. */
  audience: string;
  /** E-mail of the account that the token is of. */
  caller: string;
}

/** `service`: projects/P/locations/L/services/S. Undefined where nobody's token is sent. */
export function invocationOf(
  service: string,
  audience: string,
  caller: string | undefined,
): Invocation | undefined {
  const [, project = '', , region = '', , short = ''] = service.split('/');
  return caller && short ? { project, region, service: short, audience, caller } : undefined;
}

/**
 * A service of Cloud Run that refused an authenticated call: 401 means that the token is bad (most often its audience),
 * 403 that it is good and the caller has no run.invoker. The body is Google's front page, and says neither.
 */
export function explainInvocation(status: number, call: Invocation): CallRefusal | undefined {
  const place = `--project=${quoted(call.project)} --region=${quoted(call.region)}`;
  if (status === 401)
    return {
      what: `The service ${call.service} refused the token itself (401).`,
      why: `Its audience, ${call.audience}, is none of the service's URLs or custom audiences, or the token has expired.`,
      fix: `Compare with: gcloud run services describe ${quoted(call.service)} ${place} --format="value(status.url,metadata.annotations)"`,
    };
  if (status === 403)
    return {
      what: `The service ${call.service} took the token, and does not let its owner call (403).`,
      why: `${call.caller} lacks roles/run.invoker on it; a fresh grant takes 2 to 7 minutes to arrive.`,
      fix: `gcloud run services add-iam-policy-binding ${quoted(call.service)} ${place} --role=roles/run.invoker --member=${quoted(memberOf(call.caller))}`,
    };
  return undefined;
}

const memberOf = (caller: string) => (/^[^:/]+@[^:/]+$/.test(caller) ? `serviceAccount:${caller}` : caller);
