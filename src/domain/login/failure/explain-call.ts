import type { CallRefusal } from '../../invocation/refusal.ts';
import { grantImpersonation } from '../commands.ts';
import type { LoginRequest } from '../request.ts';

/** Explains why a Google API refused a federated token (401). Undefined if the login impersonates an account. */
export function explainUnauthenticated(api: string, login: LoginRequest): CallRefusal | undefined {
  if (login.serviceAccount || !login.provider) return undefined;
  return {
    what: `${api}.googleapis.com does not accept this login (401).`,
    why: 'The run logs in as a federated identity, without a service account. Some products and some VPC Service Controls perimeters accept only service accounts.',
    fix: `Set service_account, and let this repository act as that account:`,
    commands: [
      grantImpersonation(login.provider, 'ACCOUNT@PROJECT.iam.gserviceaccount.com', {
        repository: login.run.repository,
      }),
    ],
  };
}
