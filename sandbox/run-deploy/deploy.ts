import type { World } from '../core/state.ts';
import { BuildError } from '../revisions/build-request.ts';
import type { Service } from '../run/model.ts';
import { buildSource } from './build.ts';
import type { BuildConfig } from './build-config.ts';
import { type Failure, rollOut, stopSignal } from './roll-out.ts';
import { ingressContainer, type Template, withDefaults } from './template.ts';

export type { Failure } from './roll-out.ts';

/**
 * Makes the next revision of a service: from an image, or from what a build makes of its source. A build that fails makes no
 * revision.
 */
export async function deployChange(
  world: World,
  service: Service,
  { template, build }: { template: Template; build: BuildConfig | undefined },
): Promise<Failure | undefined> {
  service.template = withDefaults(world, template);
  if (!build) return rollOut(world, service, template);
  try {
    const made = await buildSource(world, { location: service.location, service: service.id }, build);
    if (service.buildConfig) service.buildConfig = { ...service.buildConfig, name: made.name };
    const ingress = ingressContainer(template);
    const containers = (template.containers ?? []).map((container) =>
      container === ingress ? { ...container, image: made.reference } : container,
    );
    return rollOut(world, service, { ...template, containers }, made.image);
  } catch (error) {
    if (!(error instanceof BuildError) && !stopSignal(world).aborted)
      world.problem(`build of ${service.name}: ${(error as Error).stack}`);
    return { code: 3, message: (error as Error).message };
  }
}
