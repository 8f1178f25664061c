import { alreadyExists, invalidArgument } from '../core/errors.ts';
import { projectOf, requirePermission } from '../core/iam.ts';
import { requireLocation } from '../core/locations.ts';
import { checkMessage } from '../core/proto.ts';
import type { World } from '../core/state.ts';
import type { Call, Reply, Route } from '../core/types.ts';
import { blankService, openService } from '../run/lifecycle.ts';
import { type RunOperation, runState, type Service } from '../run/model.ts';
import { requireDeploy } from '../run-deploy/access.ts';
import { type BuildConfig, checkBuildConfig } from '../run-deploy/build-config.ts';
import { checkTemplate, type Template, withDefaults } from '../run-deploy/template.ts';
import { unfit } from '../run-deploy/unfit.ts';
import { type Body, plainFields } from './fields.ts';
import { callerOf, carryOut, SERVICE } from './next.ts';
import { showOperation, validated } from './operations.ts';

/** Letters, digits and hyphens, fewer than 50 (CreateServiceRequest.service_id). */
const ID = /^[a-z](?:[-a-z0-9]{0,47}[a-z0-9])?$/;

/**
 * Creates a service. Every check comes before the first change. Resolves with the service, and with the operation unless the
 * call only asks whether it would succeed.
 */
export async function newService(
  world: World,
  call: Call,
  params: Record<string, string>,
  body: Body,
  how: { builds: boolean; dryRun: boolean },
): Promise<{ service: Service; operation: RunOperation | undefined }> {
  const { location = '', service: id = '' } = params;
  if (!ID.test(id))
    throw invalidArgument(
      `Violation in CreateServiceRequest.service_id: '${id}' must begin with a letter, have lower-case letters, digits and hyphens, not end with a hyphen, and have fewer than 50 characters.`,
    );
  const template = (body.template ?? {}) as Template;
  checkTemplate(template, id);
  unfit(world, template);
  const config = body.buildConfig as BuildConfig | undefined;
  if (how.builds) checkBuildConfig(config);
  const build = how.builds ? config : undefined;
  requireLocation(location);
  const project = params.project === world.projectNumber ? world.project : (params.project ?? '');
  requirePermission(world, call.principal, 'run.services.create', projectOf({ project }));
  if (body.invokerIamDisabled === true)
    requirePermission(world, call.principal, 'run.services.setIamPolicy', projectOf({ project }));
  requireDeploy(world, call, template, build !== undefined);
  const service = blankService(world, { project, location, id }, callerOf(call), 'user');
  if (runState(world).services.has(service.name)) throw alreadyExists(`Resource '${id}' already exists.`);
  for (const [name, rule] of Object.entries(plainFields))
    if (body[name] !== undefined) rule(service, body[name], template.revision)();
  service.buildConfig = config && { ...config };
  service.template = withDefaults(world, template);
  if (how.dryRun) return { service, operation: undefined };
  // The name is taken at once, before the URLs are open.
  runState(world).services.set(service.name, service);
  await openService(world, service);
  return { service, operation: carryOut(world, service, { template, build }) };
}

/** google.cloud.run.v2.Services.CreateService. */
export async function createService(
  world: World,
  call: Call,
  params: Record<string, string>,
  body: Body,
): Promise<Reply> {
  const dryRun = call.query.get('validateOnly') === 'true';
  const { service, operation } = await newService(world, call, params, body, { builds: true, dryRun });
  return { status: 200, body: operation ? showOperation(operation) : validated(service) };
}

export function createRoute(world: World, pattern: string): Route {
  return {
    method: 'POST',
    pattern,
    handle: (call, params) => {
      const body = checkMessage('run', SERVICE, call.json(), { at: 'service', dropOutputOnly: true }) as Body;
      const service = call.query.get('serviceId') ?? call.query.get('service_id') ?? '';
      return createService(world, call, { ...params, service }, body);
    },
  };
}
