import type { CallRefusal } from '../../invocation/refusal.ts';
import type { Claims } from '../claims.ts';
import { grantAsMapped } from '../grant.ts';
import type { LoginRequest } from '../request.ts';

/** Explains why a Google API refused a federated token (401). Undefined if the login impersonates an account. */
export function explainUnauthenticated(
  api: string,
  login: LoginRequest,
  claims?: Claims,
): CallRefusal | undefined {
  if (login.serviceAccount || !login.provider) return undefined;
  return {
    what: `${api}.googleapis.com does not accept this login (401).`,
    why: 'The run logs in as a federated identity, without a service account. Some products and some VPC Service Controls perimeters accept only service accounts.',
    fix: 'Set service_account, and let this run and later ones of the job act as that account:',
    commands: [
      grantAsMapped(
        login.provider,
        'ACCOUNT@PROJECT.iam.gserviceaccount.com',
        claims ?? { repository: login.run.repository },
      ),
    ],
  };
}
