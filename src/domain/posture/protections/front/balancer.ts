import { textOrEmpty } from '../../../data/json.ts';
import { updateService } from '../../commands.ts';
import type { PostureFacts } from '../../facts.ts';
import { serviceJson, takesInternet } from '../../read-service.ts';
import { absent, type Judged, notApplicable, type Protection, unread, withHoles } from '../../row.ts';

function judge(facts: PostureFacts): Judged {
  const { backends } = facts;
  if (!backends.ok && backends.cause === 'api-off')
    return notApplicable(
      'Compute Engine is not enabled, so the project has no load balancer.',
      backends.call,
    );
  if (!backends.ok) return unread('The load balancers were', backends);
  if (backends.value.length === 0)
    return absent('No load balancer sends requests to the service.', backends.call, {
      about: ['none'],
      text: 'Cloud Armor, a domain of your own with your certificates, and several regions need a load balancer.',
      severity: 'info',
      fix: 'If you need one of these, make a balancer with a serverless network endpoint group, for example by Terraform.',
    });
  const raw = serviceJson(facts);
  const open = takesInternet(raw) && facts.service?.ok;
  const names = backends.value.map(({ service }) => textOrEmpty(service.name));
  return withHoles(
    `The backend ${names.join(', ')} sends requests to the service.`,
    backends.call,
    open
      ? [
          {
            about: ['ingress'],
            text: 'The service also takes requests from the Internet that do not come through the balancer.',
            severity: 'medium',
            fix: 'Let in only what comes through the balancer:',
            commands: [updateService(facts.exposure.target, '--ingress=internal-and-cloud-load-balancing')],
            call: facts.service?.call,
          },
        ]
      : [],
  );
}

export const balancer: Protection = { id: 'posture-balancer', title: 'Load balancer in front', judge };
