import { randomBytes } from 'node:crypto';
import { createKey, type SigningKey } from '../core/keys.ts';
import type { World } from '../core/state.ts';
import type { Claims, SubjectFormat } from './claims.ts';

/** The fields of iam.googleapis.com v1 WorkloadIdentityPool and its OIDC provider that decide on a login. */
export interface Pool {
  name: string;
  displayName: string;
  state: 'ACTIVE' | 'DELETED';
  disabled?: boolean;
}

export interface Provider {
  name: string;
  displayName: string;
  description?: string;
  state: 'ACTIVE' | 'DELETED';
  disabled?: boolean;
  attributeMapping: Record<string, string>;
  attributeCondition?: string;
  oidc: { issuerUri: string; allowedAudiences?: string[]; jwksJson?: string };
}

export interface ServiceAccount {
  email: string;
  uniqueId: string;
  displayName: string;
  description?: string;
  disabled: boolean;
  keys: { name: string; keyType: string; validAfterTime: string; disabled?: true }[];
}

/** A job that may request ID tokens, with its bearer token and its claims. */
export interface Job {
  claims: Claims;
}

/** The identities that exist: the project's pools, providers and accounts, and the jobs that GitHub's issuer knows. */
export interface IdentityState {
  pools: Map<string, Pool>;
  providers: Map<string, Provider>;
  accounts: Map<string, ServiceAccount>;
  issuerKey: SigningKey;
  /** The jobs by the value of ACTIONS_ID_TOKEN_REQUEST_TOKEN. */
  jobs: Map<string, Job>;
  /** Claims that replace the defaults in every job's next tokens. A job's own claims have precedence. */
  claims: Claims;
  /** Path of the issuer: '' for github.com, `/acme-corp` for an enterprise, `/_services/token` for GitHub Enterprise Server. */
  issuerPath: string;
  /** The subject formats by `owner/repo` or `owner`. */
  subjectFormats: Map<string, SubjectFormat>;
}

export function identityOf(world: World): IdentityState {
  return world.extension('identity', () => ({
    pools: new Map(),
    providers: new Map(),
    accounts: new Map(),
    issuerKey: createKey(),
    jobs: new Map(),
    claims: {},
    issuerPath: '',
    subjectFormats: new Map(),
  }));
}

/** Registers a job with these claims and returns its ACTIONS_ID_TOKEN_REQUEST_TOKEN. */
export function addJob(world: World, claims: Claims = {}): string {
  const bearer = `gha.${randomBytes(24).toString('base64url')}`;
  identityOf(world).jobs.set(bearer, { claims });
  return bearer;
}

export function addAccount(world: World, email: string, displayName: string): ServiceAccount {
  const account: ServiceAccount = {
    email,
    displayName,
    disabled: false,
    keys: [],
    uniqueId: `1${BigInt(`0x${randomBytes(8).toString('hex')}`)
      .toString()
      .padStart(20, '0')}`,
  };
  identityOf(world).accounts.set(email, account);
  return account;
}

/** Finds an account by its e-mail or unique id. */
export function findAccount(world: World, name: string): ServiceAccount | undefined {
  const { accounts } = identityOf(world);
  return accounts.get(name) ?? [...accounts.values()].find(({ uniqueId }) => uniqueId === name);
}

export const accountResource = (world: World, email: string): string =>
  `//iam.googleapis.com/projects/${world.project}/serviceAccounts/${email}`;
