import type { World } from '../core/state.ts';
import type { Service } from '../run/model.ts';
import type { BuildConfig } from './build-config.ts';
import { type Failure, rollOut } from './roll-out.ts';
import { type Template, withDefaults } from './template.ts';

export type { Failure } from './roll-out.ts';

/** Makes the next revision of a service: from an image, or from what a build makes of its source. */
export async function deployChange(
  world: World,
  service: Service,
  { template }: { template: Template; build: BuildConfig | undefined },
): Promise<Failure | undefined> {
  service.template = withDefaults(world, template);
  return rollOut(world, service, template);
}
