import type { PostureFacts } from '../../facts.ts';
import { absent, type Judged, notApplicable, type Protection, unread, withHoles } from '../../row.ts';

/** What would be noticed while the code runs, and whether someone can log in to an instance. */
function judge({ service, exposure }: PostureFacts): Judged {
  if (!service) return notApplicable('There is no Cloud Run service.', exposure.function.call);
  if (!service.ok) return unread('The service was', service);
  const { value, call } = service;
  const ssh =
    value.sshEnabled === true
      ? [
          {
            about: ['ssh'],
            text: 'SSH into instances is on: who may log in reads the memory, the secrets and the requests of users.',
            severity: 'medium' as const,
            fix: 'Switch it off in the settings of the service, once you have found what you were looking for.',
            call,
          },
        ]
      : [];
  if (value.threatDetectionEnabled === true)
    return withHoles('Cloud Run Threat Detection watches the instances.', call, ssh);
  const hole = {
    about: ['off'],
    text: 'Nobody would notice a reverse shell or a miner in an instance.',
    severity: 'info' as const,
    fix: 'Cloud Run Threat Detection is part of the Premium tier of Security Command Center. Switch it on there for the project.',
  };
  return {
    ...absent('Cloud Run Threat Detection is off in this project.', call, hole),
    holes: [...ssh, hole],
  };
}

export const threats: Protection = { id: 'posture-threats', title: 'Threat detection', judge };
