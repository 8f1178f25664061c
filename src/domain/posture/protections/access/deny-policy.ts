import { denyRulesForPublic } from '../../../exposure/policy/prevention.ts';
import type { PostureFacts } from '../../facts.ts';
import { absent, type Hole, type Judged, type Protection, present, unread, withHoles } from '../../row.ts';

function judge({ exposure }: PostureFacts): Judged {
  const rules = denyRulesForPublic(exposure);
  const whole = rules.find(({ gaps }) => !gaps);
  if (whole) return present(`The deny policy ${whole.policy} refuses calls by the public.`, whole.call);
  const holes = rules.map(
    ({ policy, call }): Hole => ({
      about: [policy],
      text: `The deny policy ${policy} has exceptions or a condition, and whom they fit can still be let in.`,
      severity: 'low',
      fix: 'Remove exceptionPrincipals and denialCondition from the rule, or name in them only who has to call without a binding.',
      call,
    }),
  );
  if (holes[0])
    return withHoles(
      'A deny policy refuses calls by the public, with exceptions.',
      holes[0].call ?? '',
      holes,
    );
  const [failed, ...others] = exposure.denies.flatMap((reading) => (reading.ok ? [] : [reading]));
  if (failed) return unread('The deny policies were', failed, others);
  return absent('No deny policy refuses calls by the public.', exposure.denies[0]?.call ?? '', {
    about: ['none'],
    text: 'Nothing overrides a wrong binding: no deny policy refuses run.routes.invoke to the public.',
    severity: 'info',
    fix: 'A second lock, for an administrator of the organisation: deny run.googleapis.com/routes.invoke to principalSet://goog/public:all.',
  });
}

export const denyPolicy: Protection = { id: 'posture-deny-policy', title: 'Deny policies', judge };
