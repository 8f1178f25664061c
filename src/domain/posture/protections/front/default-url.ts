import { updateService } from '../../commands.ts';
import type { PostureFacts } from '../../facts.ts';
import { defaultUrlOpen, takesInternet } from '../../read-service.ts';
import {
  absent,
  type Hole,
  type Judged,
  notApplicable,
  type Protection,
  present,
  unread,
  withHoles,
} from '../../row.ts';

/** Is there another door, which the default URL goes around? */
function otherDoor({ backends, exposure }: PostureFacts): string | undefined {
  if (backends.ok && backends.value.length > 0) return 'the load balancer';
  if (exposure.gateways?.ok && exposure.gateways.value.length > 0) return 'the gateway';
  return undefined;
}

function judge(facts: PostureFacts): Judged {
  const { service, exposure } = facts;
  if (!service)
    return notApplicable(
      'A function of the first generation has no URL of Cloud Run.',
      exposure.function.call,
    );
  if (!service.ok) return unread('The service was', service);
  const { call, value } = service;
  if (!takesInternet(value))
    return present('Ingress is internal, so the default URL answers nobody on the Internet.', call);
  if (!defaultUrlOpen(value)) {
    // Another URL may still be routed: that of Cloud Functions, of a tag, or one that somebody mapped.
    const routed = exposure.probes.filter(
      ({ class: seen, from }) =>
        (seen === 'refused' || seen === 'reached' || seen === 'iap') && from !== 'probe_urls',
    );
    const urls = [...new Set(routed.map(({ url }) => url))];
    const holes = urls.map(
      (url): Hole => ({
        about: ['url', url],
        text: `${url} still reaches the service, although the default URL is off.`,
        severity: 'medium',
        fix: 'Let in only what comes through the balancer:',
        commands: [updateService(exposure.target, '--ingress=internal-and-cloud-load-balancing')],
        call: `GET ${url}`,
      }),
    );
    return withHoles('The default URL is off.', call, holes);
  }
  const door = otherDoor(facts);
  if (door === undefined)
    return notApplicable('The default URL is the only door of the service, and IAM guards it.', call);
  return absent('The default URL is on.', call, {
    about: ['on'],
    text: `The default URL reaches the service around ${door}.`,
    severity: 'medium',
    fix: `Once no caller uses it any more, and if ${door} does not call the service by it, switch it off:`,
    commands: [updateService(exposure.target, '--no-default-url', 'beta ')],
  });
}

export const defaultUrl: Protection = { id: 'posture-default-url', title: 'Default URL closed', judge };
