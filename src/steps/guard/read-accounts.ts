import type { ExposureFacts, PolicyFact } from '../../domain/exposure/facts.ts';
import { accountResource } from '../../domain/exposure/policy/accounts.ts';
import { accountsToRead, poolsToRead, rolesToRead } from '../../domain/exposure/policy/needs.ts';
import type { ExposureSources, PolicyPlace } from '../ports/exposure.ts';

/** Each account costs a call. Those beyond this number count as not read. */
const maxAccounts = 10;
/** The accounts that can call, those that can act as them, and those that can act as these. */
const maxRounds = 3;

type Read = Pick<ExposureFacts, 'policies' | 'roles' | 'pools'>;

const beyond = (email: string): PolicyFact => ({
  level: 'account',
  resource: accountResource(email),
  reading: {
    ok: false,
    call: `POST iam/v1/${accountResource(email)}:getIamPolicy (not read)`,
    cause: 'failed',
    detail: `The guard reads the policies of at most ${maxAccounts} service accounts.`,
  },
});

/**
 * Reads what the policies lead to: roles, pools, and the policies of the service accounts that may call. A round reads all
 * that the round before has named, side by side. Most functions need two rounds, and the second one finds only roles.
 * @param settle evaluates the conditions of policies
 */
export async function readLeads(
  exposure: ExposureSources,
  given: { policies: PolicyFact[]; runtime: string | undefined; signal: AbortSignal | undefined },
  policy: (place: PolicyPlace) => Promise<PolicyFact>,
  settle: (policies: PolicyFact[]) => Promise<PolicyFact[]>,
): Promise<Read> {
  const { runtime, signal } = given;
  const roles = new Map<string, Awaited<ReturnType<ExposureSources['role']>>>();
  const pools = new Map<string, Awaited<ReturnType<ExposureSources['poolProviders']>>>();
  const asked = new Set<string>();
  let policies = given.policies;
  for (let round = 1; ; round++) {
    const accounts = accountsToRead(policies, runtime).filter((email) => !asked.has(email));
    const room = round > maxRounds ? 0 : Math.max(0, maxAccounts - asked.size);
    for (const email of accounts) asked.add(email);
    const newRoles = rolesToRead(policies).filter((role) => !roles.has(role));
    const newPools = poolsToRead(policies).filter((pool) => !pools.has(pool));
    if (accounts.length + newRoles.length + newPools.length === 0) return { policies, roles, pools };
    const [found] = await Promise.all([
      Promise.all(
        accounts.map((email, index) =>
          index < room ? policy({ level: 'account', resource: accountResource(email) }) : beyond(email),
        ),
      ),
      Promise.all(newRoles.map(async (role) => roles.set(role, await exposure.role(role, signal)))),
      Promise.all(newPools.map(async (pool) => pools.set(pool, await exposure.poolProviders(pool, signal)))),
    ]);
    policies = [...policies, ...(await settle(found))];
  }
}
