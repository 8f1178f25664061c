import type { CallRefusal } from '../../invocation/refusal.ts';
import { grantImpersonation } from '../commands.ts';
import type { LoginRequest } from '../request.ts';

/** What a login that worked cannot do: refusals of the calls that come after it. */

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
