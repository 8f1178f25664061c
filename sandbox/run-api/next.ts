import { emailOf } from '../core/principals.ts';
import type { World } from '../core/state.ts';
import type { Call } from '../core/types.ts';
import type { RunOperation, Service } from '../run/model.ts';
import { settle } from '../run/traffic.ts';
import type { BuildConfig } from '../run-deploy/build-config.ts';
import { deployChange, type Failure } from '../run-deploy/deploy.ts';
import type { Template } from '../run-deploy/template.ts';
import { startOperation } from './operations.ts';
import { templateOf } from './render.ts';

export const SERVICE = 'google.cloud.run.v2.Service';

export const callerOf = (call: Call): string =>
  (call.principal && emailOf(call.principal)) || (call.principal?.member ?? '');

/** What a change of the template or of the build makes. */
export interface Next {
  template: Template;
  /** Set if the source must be built first. */
  build: BuildConfig | undefined;
}

export const templateNow = (service: Service): Template =>
  (service.template ??
    templateOf(service.latestCreated ? service.revisions.get(service.latestCreated) : undefined)) as Template;

/** Applies the desired state and starts the operation. */
export function carryOut(world: World, service: Service, next: Next | undefined): RunOperation {
  let failure: Failure | undefined;
  const work =
    next &&
    deployChange(world, service, next).then((found) => {
      failure = found;
      return found?.message;
    });
  const settled = settle(world, service, world.settings.trafficSettleMs, work);
  return startOperation(world, service, settled, () => failure);
}
