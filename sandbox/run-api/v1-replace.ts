import { aborted, invalidArgument } from '../core/errors.ts';
import type { World } from '../core/state.ts';
import type { Call } from '../core/types.ts';
import type { Service } from '../run/model.ts';
import { applyChange } from './change.ts';
import { replaced, toV2Body } from './v1-body.ts';
import { resourceVersion } from './v1-render.ts';

/** The body of a call that creates or replaces a service. */
export function serviceIn(call: Call, id: string | undefined): Record<string, unknown> {
  const body = call.json();
  const metadata = (body.metadata ?? {}) as Record<string, unknown>;
  if (body.kind !== 'Service' || (id !== undefined && metadata.name !== id))
    throw invalidArgument('The request must have kind: Service and the name of the service in its path.');
  return body;
}

/** True if the call only asks whether it would succeed. */
export const isDryRun = (call: Call): boolean => call.query.get('dryRun') === 'all';

/**
 * namespaces.services.replaceService: the whole service is sent, and everything that it leaves out is gone. A template that
 * differs from the one before makes a new revision. Nothing is built: a client that builds does so before.
 */
export function replaceService(world: World, call: Call, service: Service): void {
  const body = serviceIn(call, service.id);
  const { resourceVersion: sent } = (body.metadata ?? {}) as Record<string, unknown>;
  if (sent && sent !== resourceVersion(service))
    throw aborted(
      `Conflict for resource '${service.id}': version '${String(sent)}' was specified but current version is '${resourceVersion(service)}'.`,
    );
  const paths = replaced.map((name) => [name]);
  applyChange(world, call, service, paths, toV2Body(body), { builds: false, dryRun: isDryRun(call) });
}
