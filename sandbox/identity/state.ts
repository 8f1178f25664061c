import { randomBytes } from 'node:crypto';
import { createKey, type SigningKey } from '../core/keys.ts';
import type { World } from '../core/state.ts';
import type { Claims, SubjectFormat } from './claims.ts';

/** iam.googleapis.com v1 WorkloadIdentityPool and its OIDC provider, the fields that decide. */
export interface Pool {
  name: string;
  displayName: string;
  state: 'ACTIVE' | 'DELETED';
  disabled?: boolean;
}

export interface Provider {
  name: string;
  displayName: string;
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
  disabled: boolean;
  keys: { name: string; keyType: string; validAfterTime: string }[];
}

/** One job that may ask for ID tokens: the bearer that it got, and its claims. */
export interface Job {
  claims: Claims;
}

/** Who exists: pools, providers and accounts of the project, and GitHub's issuer. */
export interface IdentityState {
  pools: Map<string, Pool>;
  providers: Map<string, Provider>;
  accounts: Map<string, ServiceAccount>;
  issuerKey: SigningKey;
  /** By bearer of ACTIONS_ID_TOKEN_REQUEST_TOKEN. */
  jobs: Map<string, Job>;
  /** Claims that replace the defaults in every job's next tokens; a job's own claims win. */
  claims: Claims;
  /** Path of the issuer: '' is github.com, `/acme-corp` an enterprise's own, `/_services/token` GitHub Enterprise Server. */
  issuerPath: string;
  /** By `owner/repo` or `owner`. */
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

/** A new ACTIONS_ID_TOKEN_REQUEST_TOKEN for a job with these claims. */
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

/** By e-mail or unique id. */
export function findAccount(world: World, name: string): ServiceAccount | undefined {
  const { accounts } = identityOf(world);
  return accounts.get(name) ?? [...accounts.values()].find(({ uniqueId }) => uniqueId === name);
}

export const accountResource = (world: World, email: string): string =>
  `//iam.googleapis.com/projects/${world.project}/serviceAccounts/${email}`;
