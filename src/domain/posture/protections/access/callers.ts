import type { PostureFacts } from '../../facts.ts';
import {
  absent,
  type Hole,
  type Judged,
  notApplicable,
  type Protection,
  present,
  withHoles,
} from '../../row.ts';

/** Rules of the guard that mean: nobody asks a stranger for an identity. Other ways go around a check that exists. */
const unchecked = new Set([
  'public-binding',
  'inherited-public-binding',
  'invoker-check-disabled',
  'anonymous-answer',
]);

/** Rules that say how the public calls the service. */
const waysIn = new Set([
  ...unchecked,
  'public-impersonation',
  'quasi-public-pool',
  'iap-public',
  'open-gateway',
]);

function judge({ exposure, judgement }: PostureFacts): Judged {
  const call =
    exposure.policies.find(({ level }) => level === 'service')?.reading.call ?? exposure.function.call;
  if (!exposure.exists) return notApplicable('Nothing is deployed yet.', call);
  if (judgement.exposure === 'public') {
    const holes = judgement.findings
      .filter(({ rule }) => waysIn.has(rule))
      .map(
        ({ rule, about = [], title, severity, fix = '', commands, source }): Hole => ({
          about: [rule, ...about],
          text: title,
          severity,
          fix,
          commands,
          call: source,
        }),
      );
    const [first] = holes;
    const open = judgement.findings.some(({ rule }) => unchecked.has(rule));
    if (first === undefined || !open) return withHoles(judgement.reason, call, holes);
    return { ...absent('The public can call the service.', call, first), holes };
  }
  // An unread folder may let everyone in, so a partial proof is not a pass.
  if (judgement.exposure === 'unknown' || judgement.proof === 'partial')
    return {
      state: 'unknown',
      saw: judgement.gaps[0] === undefined ? judgement.reason : `Not proved: ${judgement.gaps.join('; ')}.`,
      call,
      holes: [],
      permissions: judgement.missingPermissions,
    };
  return present('Only invited identities can call it, and requests without a token are refused.', call);
}

export const callers: Protection = { id: 'posture-callers', title: 'IAM: who can call', judge };
