import type { Finding } from '../../findings/finding.ts';
import type { ExposureFacts } from '../facts.ts';
import type { Removal } from '../policy/policy.ts';

/** One step from the public to the function, with the call that shows it. */
export interface AttackStep {
  text: string;
  call: string;
}

/** A change that the guard may make itself. It changes the function's own service and nothing above it. */
export type Repair =
  | {
      kind: 'unbind';
      removal: Removal;
      /** True if the binding has a condition. */
      conditional: boolean;
    }
  | { kind: 'check-invoker' };

/** One way in which a stranger can call the function. */
export interface Way {
  finding: Finding;
  /** The finding as a clause for the middle of a sentence, without a full stop. */
  clause: string;
  path: AttackStep[];
  /** How the way was found: read from the configuration, or seen as an answer to an anonymous request. */
  seenIn: 'configuration' | 'answer';
  /** False if a role could not be read. The way is then assumed and not shown. */
  certain: boolean;
  /** True if a request without any token gets through. False if a sign-in or another door comes first. */
  anonymous: boolean;
  repair: Repair | undefined;
}

/** The last step of every path through the service: the call itself, with an anonymous answer if there was one. */
export function callStep(facts: ExposureFacts): AttackStep {
  const { target, service } = facts;
  const seen = facts.probes.find((probe) => probe.class === 'reached');
  if (seen) {
    const call = `${seen.method} ${seen.url}`;
    return { text: `${call} without a token: ${seen.note}`, call };
  }
  const described = facts.function.ok ? facts.function.value : undefined;
  const running = service?.ok ? service.value : undefined;
  const url = (running ?? described)?.urls[0];
  const ingress = running?.ingress ?? described?.ingress;
  const from = /INTERNAL/.test(ingress ?? '') ? ' from the VPC (ingress is internal)' : '';
  return { text: `call ${url ?? target.name}${from}`, call: service?.call ?? facts.function.call };
}
