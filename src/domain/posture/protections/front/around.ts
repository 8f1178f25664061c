import { updateService } from '../../commands.ts';
import type { PostureFacts } from '../../facts.ts';
import { serviceJson, takesInternet } from '../../read-service.ts';
import type { Hole } from '../../row.ts';

/** The ways on which a request reaches the service and never meets the load balancer. */
export function aroundBalancer(facts: PostureFacts): Hole[] {
  const { exposure, service } = facts;
  const holes: Hole[] = [];
  if (service?.ok && takesInternet(serviceJson(facts)))
    holes.push({
      about: ['ingress'],
      text: `A request to ${service.value.defaultUriDisabled === true ? 'another URL of the service' : "the service's own URL"} never meets the load balancer.`,
      severity: 'high',
      fix: 'Let in only what comes through the balancer:',
      commands: [updateService(exposure.target, '--ingress=internal-and-cloud-load-balancing')],
      call: service.call,
    });
  const gateways = exposure.gateways?.ok ? exposure.gateways.value : [];
  for (const { name, host } of gateways)
    holes.push({
      about: ['gateway', name],
      text: `The gateway ${host || name} reaches the service and never meets the load balancer. API Gateway has no setting that closes its own name.`,
      severity: 'medium',
      fix: 'Put the limits into the document of the gateway too, or let the balancer alone call the service.',
      call: exposure.gateways?.call,
    });
  return holes;
}
