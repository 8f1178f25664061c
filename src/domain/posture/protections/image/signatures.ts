import { listOf, objectOf, textOf, textOrEmpty } from '../../../data/json.ts';
import { updateService } from '../../commands.ts';
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

/** Does a pattern of the allow list let in this image? `*` stands for one part of a path and `**` for any. */
function letsIn(pattern: string, image: string): boolean {
  // Many stars take long to compare, and let in almost everything anyway.
  if (pattern.length > 300 || (pattern.match(/\*+/g) ?? []).length > 6) return true;
  const escaped = pattern
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, (stars) => (stars.length > 1 ? '.*' : '[^/]*'));
  return (
    new RegExp(`^${escaped}(@sha256:[0-9a-f]+|:[\\w.-]+)?$`).test(image) ||
    new RegExp(`^${escaped}$`).test(image)
  );
}

function judge(facts: PostureFacts): Judged {
  const { service, admission, exposure, image = '' } = facts;
  if (!service) return notApplicable('There is no Cloud Run service.', exposure.function.call);
  if (!service.ok) return unread('The service was', service);
  const own = objectOf(service.value.binaryAuthorization);
  const named = textOf(own.policy);
  if (own.useDefault !== true && named === undefined)
    return absent('Binary Authorization is off.', service.call, {
      about: ['off'],
      text: 'Any image that a deployer names is run, signed or not.',
      severity: 'low',
      fix: 'Let the project decide which images run. Set its policy first, since an empty one allows everything:',
      commands: [updateService(exposure.target, '--binary-authorization=default')],
    });
  const holes: Hole[] = [];
  if (textOf(own.breakglassJustification) !== undefined)
    holes.push({
      about: ['breakglass'],
      text: 'A break-glass justification is set, so this service ignores the policy.',
      severity: 'high',
      fix: 'Deploy an image that the policy allows, and remove the justification.',
      call: service.call,
    });
  if (named !== undefined)
    return holes.length > 0
      ? withHoles(`The service names the policy ${named}.`, service.call, holes)
      : {
          state: 'unknown',
          saw: `The service names the policy ${named}, which is not read here.`,
          call: service.call,
          holes: [],
        };
  if (!admission)
    return {
      state: 'unknown',
      saw: 'The policy of the project was not asked for.',
      call: service.call,
      holes,
    };
  if (!admission.ok)
    return holes.length > 0
      ? withHoles('The service asks Binary Authorization.', service.call, holes)
      : unread('The policy of Binary Authorization was', admission);
  const rule = objectOf(admission.value.defaultAdmissionRule);
  const mode = textOrEmpty(rule.evaluationMode);
  if (mode === 'ALWAYS_ALLOW' || mode === '')
    holes.push({
      about: ['allows'],
      text: 'The policy of the project allows every image (evaluationMode ALWAYS_ALLOW).',
      severity: 'medium',
      fix: 'Ask for an attestation in the default rule of the policy.',
      call: admission.call,
    });
  else if (rule.enforcementMode !== 'ENFORCED_BLOCK_AND_AUDIT_LOG')
    holes.push({
      about: ['dry-run'],
      text: 'The policy only writes to the log what it would refuse.',
      severity: 'medium',
      fix: 'Set enforcementMode to ENFORCED_BLOCK_AND_AUDIT_LOG.',
      call: admission.call,
    });
  const patterns = listOf(admission.value.admissionWhitelistPatterns).flatMap(
    (one) => textOf(objectOf(one).namePattern) ?? [],
  );
  const open = patterns.find((pattern) => /^\*+$/.test(pattern) || (image !== '' && letsIn(pattern, image)));
  if (open !== undefined && mode !== 'ALWAYS_ALLOW')
    holes.push({
      about: ['exempt', open],
      text: `The pattern ${open} exempts this image from the policy.`,
      severity: 'medium',
      fix: 'Remove the pattern from the policy.',
      call: admission.call,
    });
  return withHoles(
    `Binary Authorization asks for ${mode === 'REQUIRE_ATTESTATION' ? 'an attestation' : mode || 'nothing'}.`,
    admission.call,
    holes,
  );
}

export const signatures: Protection = { id: 'posture-signatures', title: 'Only signed images run', judge };
