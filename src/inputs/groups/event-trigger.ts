import { parseEventFilters } from '../../domain/deploy/values.ts';
import { group } from '../../domain/inputs/definition.ts';
import { custom } from '../../domain/inputs/kind.ts';
import { boolean, text } from '../../domain/inputs/kinds.ts';
import { accountEmail, resourceName } from './shapes.ts';

const deploy = { deploy: {} } as const;
const live = 'what is live';

export const eventTrigger = group('Events', {
  event_trigger_type: {
    kind: text({
      pattern: /^[\w.]+$/,
      expected: 'an event type such as google.cloud.pubsub.topic.v1.messagePublished',
    }),
    sentence: 'Event that calls the function. Without it, HTTP requests do.',
    example: 'google.cloud.pubsub.topic.v1.messagePublished',
    otherwise: live,
    usedBy: deploy,
  },
  event_trigger_location: {
    kind: text({ pattern: /^[a-z0-9-]+$/, expected: 'a region such as us-central1, or global' }),
    sentence: 'Region of the trigger.',
    example: 'us-central1',
    otherwise: live,
    usedBy: deploy,
  },
  event_trigger_filters: {
    kind: custom('ATTRIBUTE=VALUE by commas or newlines', parseEventFilters, 'keys'),
    sentence:
      'Filters, `ATTRIBUTE=VALUE` by commas or newlines; `ATTRIBUTE=PATTERN:VALUE` for a path pattern. `{}` removes them.',
    example: 'bucket=my-bucket',
    otherwise: live,
    usedBy: deploy,
  },
  event_trigger_pubsub_topic: {
    kind: resourceName('projects/P/topics/T'),
    sentence: 'Pub/Sub topic that carries the events.',
    example: 'projects/my-project/topics/uploads',
    otherwise: live,
    usedBy: deploy,
  },
  event_trigger_service_account: {
    kind: accountEmail,
    sentence: 'E-mail of the service account that calls the function with events.',
    example: 'events@my-project.iam.gserviceaccount.com',
    otherwise: live,
    usedBy: deploy,
  },
  event_trigger_retry: {
    kind: boolean,
    sentence: 'Deliver an event again after a failure.',
    example: 'true',
    otherwise: live,
    usedBy: deploy,
  },
  event_trigger_channel: {
    kind: resourceName('projects/P/locations/L/channels/C'),
    sentence: "Eventarc channel of a partner's events.",
    example: 'projects/my-project/locations/us-central1/channels/partner',
    otherwise: live,
    usedBy: deploy,
  },
});
