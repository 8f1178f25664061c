import { invalidArgument } from '../core/errors.ts';
import type { World } from '../core/state.ts';
import type { Call, Reply, Route } from '../core/types.ts';

const TYPE = 'type.googleapis.com/google.api.serviceusage.v1';

/** An operation that is done with its first answer. Google answers so if there is nothing to do. */
const done = (type: string, content: Record<string, unknown>): Reply => ({
  status: 200,
  body: {
    name: 'operations/noop.DONE_OPERATION',
    done: true,
    response: { '@type': `${TYPE}.${type}`, ...content },
  },
});

/** Switches services of a project on and off: Service Usage v1 enable, disable, batchEnable, and their operations. */
export function enableRoutes(
  world: World,
  show: (service: string) => unknown,
  authorize: (call: Call, project: string | undefined, permission: string) => void,
): Route[] {
  const base = '/v1/projects/:project/services';
  return [
    {
      method: 'POST',
      pattern: `${base}/:service:enable`,
      handle: (call, { project, service = '' }) => {
        authorize(call, project, 'serviceusage.services.enable');
        world.disabledServices.delete(service);
        return done('EnableServiceResponse', { service: show(service) });
      },
    },
    {
      method: 'POST',
      pattern: `${base}/:service:disable`,
      handle: (call, { project, service = '' }) => {
        authorize(call, project, 'serviceusage.services.disable');
        world.disabledServices.add(service);
        return done('DisableServiceResponse', { service: show(service) });
      },
    },
    {
      method: 'POST',
      pattern: `${base}:batchEnable`,
      handle: (call, { project }) => {
        const { serviceIds, ...rest } = call.json();
        const strange = Object.keys(rest)[0];
        if (strange)
          throw invalidArgument(
            `Invalid JSON payload received. Unknown name "${strange}": Cannot find field.`,
          );
        const names = Array.isArray(serviceIds) ? serviceIds.map(String) : [];
        if (names.length === 0 || names.length > 20)
          throw invalidArgument('service_ids must have between 1 and 20 services.');
        authorize(call, project, 'serviceusage.services.enable');
        for (const name of names) world.disabledServices.delete(name);
        return done('BatchEnableServicesResponse', { services: names.map(show) });
      },
    },
    {
      method: 'GET',
      pattern: '/v1/operations/:operation',
      handle: (_, { operation }) => ({ status: 200, body: { name: `operations/${operation}`, done: true } }),
    },
  ];
}
