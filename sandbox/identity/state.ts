import { randomBytes } from 'node:crypto';
import { createKey, type SigningKey } from '../core/keys.ts';
import type { World } from '../core/state.ts';

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

/** Who exists: pools, providers and accounts of the project, and GitHub's issuer. */
export interface IdentityState {
  pools: Map<string, Pool>;
  providers: Map<string, Provider>;
  accounts: Map<string, ServiceAccount>;
  issuerKey: SigningKey;
  /** Bearer of ACTIONS_ID_TOKEN_REQUEST_TOKEN. */
  requestToken: string;
  /** Claims that replace the defaults in the next tokens; null leaves a claim out. */
  claims: Record<string, unknown>;
}

export function identityOf(world: World): IdentityState {
  return world.extension('identity', () => ({
    pools: new Map(),
    providers: new Map(),
    accounts: new Map(),
    issuerKey: createKey(),
    requestToken: randomBytes(24).toString('base64url'),
    claims: {},
  }));
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

export const accountResource = (world: World, email: string): string =>
  `//iam.googleapis.com/projects/${world.project}/serviceAccounts/${email}`;
