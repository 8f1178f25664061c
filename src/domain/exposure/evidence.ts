import { shortName } from '../data/resource-name.ts';
import type { Exposure, Proof } from './exposure.ts';
import type { ExposureFacts, Level, Reading } from './facts.ts';
import type { Judgement } from './judge.ts';
import { policyName } from './places.ts';
import { holdings } from './policy/holdings.ts';
import { impersonations } from './policy/impersonation.ts';
import { type RoleProposal, roleFor } from './policy/least-privilege.ts';
import type { ProbeRecord } from './probes.ts';
import type { AttackStep } from './ways/way.ts';

/** What the guard saw, as plain data for the report and the summary. Each entry cites its call. */
export interface ExposureEvidence {
  exposure: Exposure;
  proof: Proof;
  /** Short name of the Cloud Run service, if there is one. */
  service?: string | undefined;
  attackPath?: AttackStep[] | undefined;
  repaired: string[];
  /** Seconds that the guard waited for IAM after a repair. */
  waitedSeconds?: number | undefined;
  /** What was not read, each in a few words. */
  gaps: string[];
  reads: { what: string; call: string; result: string }[];
  /** Who may call the function, as far as the roles could be read; `actsAs` names the service account that a caller needs. At most 100. */
  callers: { member: string; role: string; level: Level; resource: string; actsAs?: string | undefined }[];
  probes: Pick<ProbeRecord, 'url' | 'method' | 'status' | 'class' | 'note' | 'from'>[];
  /** A custom role with the permissions that were missing. */
  role?: RoleProposal | undefined;
}

function resultOf<T>(reading: Reading<T>, say: (value: T) => string): string {
  if (reading.ok) return say(reading.value);
  if (reading.cause === 'denied') return `not read: ${reading.permission ?? 'a permission'} is missing`;
  return {
    absent: 'does not exist',
    'api-off': 'API not enabled',
    failed: `not read: ${reading.detail.slice(0, 120)}`,
  }[reading.cause];
}

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;

function readsOf(facts: ExposureFacts): ExposureEvidence['reads'] {
  const reads: ExposureEvidence['reads'] = [];
  const add = <T>(what: string, reading: Reading<T>, say: (value: T) => string) =>
    reads.push({ what, call: reading.call, result: resultOf(reading, say) });
  add(
    'the function',
    facts.function,
    ({ generation, ingress }) => `${generation === 1 ? '1st' : '2nd'} gen, ingress ${ingress ?? 'not set'}`,
  );
  if (facts.service)
    add('the Cloud Run service', facts.service, (service) =>
      [
        `invoker check ${service.invokerIamDisabled ? 'OFF' : 'on'}`,
        `IAP ${service.iapEnabled ? 'on' : 'off'}`,
        `default URL ${service.defaultUriDisabled ? 'off' : 'on'}`,
        `ingress ${service.ingress ?? 'not set'}`,
      ].join(', '),
    );
  add(
    'the folders above the project',
    facts.ancestry,
    (above) => above.map(({ type, id }) => `${type} ${id}`).join(', ') || 'nothing',
  );
  for (const { level, resource, reading } of facts.policies)
    add(policyName(level, resource), reading, ({ bindings, problems }) =>
      problems[0] === undefined ? count(bindings.length, 'binding') : `not a policy: ${problems[0]}`,
    );
  for (const [role, reading] of facts.roles)
    add(`the role ${role}`, reading, (permissions) => count(permissions.length, 'permission'));
  for (const [pool, reading] of facts.pools)
    add(`the pool ${pool}`, reading, (providers) => count(providers.length, 'provider'));
  for (const { constraint, reading } of facts.orgPolicies)
    add(`the organisation policy ${constraint}`, reading, ({ enforced }) =>
      enforced ? 'enforced' : 'not enforced',
    );
  for (const reading of facts.denies)
    add('the deny policies', reading, (rules) => count(rules.length, 'rule'));
  if (facts.gateways)
    add('the API gateways', facts.gateways, (gateways) => `${gateways.length} in front of the function`);
  return reads;
}

/** @param repaired what the guard changed, one sentence each */
export function evidenceOf(
  facts: ExposureFacts,
  judgement: Judgement,
  repaired: string[],
  waitedSeconds?: number,
): ExposureEvidence {
  const callers = holdings(facts)
    .filter(({ grant }) => grant.power === 'invoke')
    .map(({ member, binding, fact }) => ({
      member: member.text,
      role: binding.role,
      level: fact.level,
      resource: fact.resource,
    }));
  const inTwoSteps = impersonations(facts).map(({ member, binding, fact, seat }) => ({
    member: member.text,
    role: binding.role,
    level: fact.level,
    resource: fact.resource,
    actsAs: seat.email,
  }));
  return {
    exposure: judgement.exposure,
    service: shortName(facts.target.service),
    proof: judgement.proof,
    attackPath: judgement.attackPath,
    repaired,
    waitedSeconds,
    gaps: judgement.gaps,
    reads: readsOf(facts),
    callers: [...callers, ...inTwoSteps].slice(0, 100),
    probes: facts.probes.map(({ url, method, status, class: klass, note, from }) => ({
      url,
      method,
      status,
      class: klass,
      note,
      from,
    })),
    role: roleFor(judgement.missingPermissions, {
      project: facts.target.project,
      ancestors: facts.ancestry.ok ? facts.ancestry.value : [],
      identity: facts.identity,
    }),
  };
}
