import { objectOf, textOf, textOrEmpty } from '../../../data/json.ts';
import { updateService } from '../../commands.ts';
import type { PostureFacts } from '../../facts.ts';
import { functionJson, takesInternet } from '../../read-service.ts';
import {
  absent,
  type Hole,
  type Judged,
  notApplicable,
  type Protection,
  unread,
  withHoles,
} from '../../row.ts';

const names: Readonly<Record<string, string>> = {
  INGRESS_TRAFFIC_ALL: 'all',
  INGRESS_TRAFFIC_INTERNAL_ONLY: 'internal',
  INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER: 'internal-and-cloud-load-balancing',
  INGRESS_TRAFFIC_NONE: 'none',
};

function judge(facts: PostureFacts): Judged {
  const { service, exposure, backends } = facts;
  if (!service) return notApplicable('There is no Cloud Run service.', exposure.function.call);
  if (!service.ok) return unread('The service was', service);
  const { call, value } = service;
  const name = names[textOrEmpty(value.ingress)] ?? 'all';
  const balanced = backends.ok && backends.value.length > 0;
  if (takesInternet(value))
    return absent(`Ingress is ${name}.`, call, {
      about: ['all'],
      text: balanced
        ? 'Requests of the Internet reach the service beside the load balancer, and meet none of its policies.'
        : 'Everyone on the Internet can send requests to the service, so only IAM keeps strangers out.',
      severity: balanced ? 'high' : 'info',
      fix: balanced
        ? 'Let in only what comes through the balancer:'
        : 'If all callers are in your network, let in nothing else:',
      commands: [
        updateService(
          exposure.target,
          balanced ? '--ingress=internal-and-cloud-load-balancing' : '--ingress=internal',
        ),
      ],
    });
  // The next deploy of a function writes its own setting to the service.
  const wanted = textOf(objectOf(functionJson(facts).serviceConfig).ingressSettings);
  const holes: Hole[] =
    wanted === 'ALLOW_ALL'
      ? [
          {
            about: ['function'],
            text: 'The function itself says ALLOW_ALL: its next deploy opens the service again.',
            severity: 'medium',
            fix: 'Set ingress_settings in the release, or --ingress-settings in the command that deploys.',
            call: facts.function?.call,
          },
        ]
      : [];
  return withHoles(`Ingress is ${name}.`, call, holes);
}

export const ingress: Protection = { id: 'posture-ingress', title: 'Ingress', judge };
