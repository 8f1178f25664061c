import type { Finding } from '../../report/report.ts';
import type { ExposureFacts } from '../facts.ts';
import type { Removal } from '../policy/policy.ts';

/** One step from nobody to the function, with the call that shows it. */
export interface AttackStep {
  text: string;
  call: string;
}

/** A change that an enforcer may make by itself: only to the function's own service, never to anything above it. */
export type Repair = { kind: 'unbind'; removal: Removal } | { kind: 'check-invoker' };

/** One way in which somebody without an invitation can call the function. */
export interface Way {
  finding: Finding;
  path: AttackStep[];
  /** False where a role could not be read, so that the way is assumed and not shown. */
  certain: boolean;
  /** Lets a request without any token through; false where a sign-in or another door comes first. */
  anonymous: boolean;
  repair: Repair | undefined;
}

/** The last step of every path through the service; with the answer, where one was seen. */
export function callStep(facts: ExposureFacts): AttackStep {
  const { target, service } = facts;
  const url = service?.ok
    ? service.value.urls[0]
    : facts.function.ok
      ? facts.function.value.urls[0]
      : undefined;
  const ingress =
    (service?.ok ? service.value.ingress : undefined) ??
    (facts.function.ok ? facts.function.value.ingress : undefined);
  const from = /INTERNAL/.test(ingress ?? '') ? ' from the VPC (ingress is internal)' : '';
  const seen = facts.probes.find((probe) => probe.class === 'reached');
  if (seen)
    return {
      text: `${seen.method} ${seen.url} without a token: ${seen.note}`,
      call: `${seen.method} ${seen.url}`,
    };
  return { text: `call ${url ?? target.name}${from}`, call: service?.call ?? facts.function.call };
}
