import type { Claims } from '../claims.ts';
import type { Provider } from '../identity.ts';
import type { LoginRequest } from '../request.ts';
import type { Diagnosis, LoginFailure } from './login-error.ts';

/** One known failure. The first row that matches explains the failure. */
export interface Row {
  rule: string;
  matches(failure: LoginFailure): boolean;
  explain(facts: RowFacts): Omit<Diagnosis, 'rule'>;
}

export interface RowFacts {
  failure: LoginFailure;
  request: LoginRequest;
  claims: Claims | undefined;
}

const unknownProvider: Provider = { projectNumber: 'NUMBER', pool: 'POOL', provider: 'PROVIDER', name: '' };

/** The provider of the login, or placeholders if the login has none. */
export const providerIn = ({ request }: RowFacts): Provider => request.provider ?? unknownProvider;
