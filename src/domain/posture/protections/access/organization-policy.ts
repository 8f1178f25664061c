import type { Unread } from '../../../exposure/facts.ts';
import { type Constraint, constraints, preventionOf } from '../../../exposure/policy/prevention.ts';
import type { PostureFacts } from '../../facts.ts';
import {
  absent,
  type Hole,
  type Judged,
  notApplicable,
  type Protection,
  unread,
  withHoles,
} from '../../row.ts';

function judge({ exposure }: PostureFacts): Judged {
  const { orgPolicies, ancestry } = exposure;
  const [first] = orgPolicies;
  if (first === undefined) return notApplicable('No organisation policy was asked for.');
  const { call } = first.reading;
  if (ancestry.ok && !ancestry.value.some(({ type }) => type === 'organization'))
    return notApplicable(
      'The project belongs to no organisation, so no such policy can exist.',
      ancestry.call,
    );
  const failed = orgPolicies.flatMap(({ reading }): Unread[] => (reading.ok ? [] : [reading]));
  const enforces = (what: 'bindings' | 'invoker-check') =>
    orgPolicies.some(
      ({ constraint, reading }) =>
        constraints[constraint as Constraint] === what && reading.ok && reading.value.enforced,
    );
  const [bindings, check] = [enforces('bindings'), enforces('invoker-check')];
  if (bindings && check)
    return withHoles('Public bindings and a switched-off invoker check are both forbidden.', call, []);
  const [unknown, ...others] = failed;
  if (unknown) return unread('The organisation policies were', unknown, others);
  const holes = preventionOf(exposure)
    .filter(({ rule }) => rule === 'no-preventive-policy')
    .map(
      ({ about = [], title, fix = '', commands, source }): Hole => ({
        about,
        text: title,
        severity: bindings || check ? 'low' : 'medium',
        fix,
        commands,
        call: source,
      }),
    );
  const [hole] = holes;
  if (bindings)
    return withHoles('Public bindings are forbidden. Switching off the invoker check is not.', call, holes);
  if (check)
    return withHoles('The invoker check is enforced. Public bindings are not forbidden.', call, holes);
  const saw = 'No organisation policy forbids that the service becomes public.';
  return hole === undefined ? withHoles(saw, call, []) : { ...absent(saw, call, hole), holes };
}

export const organizationPolicy: Protection = {
  id: 'posture-organization-policy',
  title: 'Organisation policies',
  judge,
};
