import { isDeepStrictEqual } from 'node:util';
import { aborted, alreadyExists, invalidArgument } from '../core/errors.ts';
import { requirePermission } from '../core/iam.ts';
import { checkMask, checkMessage } from '../core/proto.ts';
import type { World } from '../core/state.ts';
import type { Call, Reply } from '../core/types.ts';
import { etagOf, type RunOperation, runState, type Service } from '../run/model.ts';
import { requireActAs, requireDeploy } from '../run-deploy/access.ts';
import { type BuildConfig, checkBuildConfig, needsBuild } from '../run-deploy/build-config.ts';
import { checkTemplate, type Template, withDefaults } from '../run-deploy/template.ts';
import { unfit } from '../run-deploy/unfit.ts';
import { createService } from './create.ts';
import { type Body, plainFields, refuseKeys, withPath } from './fields.ts';
import { findService } from './find.ts';
import { callerOf, carryOut, type Next, SERVICE, templateNow } from './next.ts';
import { showOperation, validated } from './operations.ts';

export function checkEtag(service: Service, etag: unknown): void {
  if (etag && etag !== etagOf(service))
    throw aborted(
      `Conflict for resource '${service.id}': version '${String(etag)}' was specified but current version is '${etagOf(service)}'.`,
    );
}

/** The paths that the mask names. Without a mask, or with `*`, all fields are replaced and the body must have a template. */
function changedPaths(mask: string[][], body: Body): string[][] {
  if (mask.length > 0 && mask[0]?.[0] !== '*') return mask;
  if (!body.template) throw invalidArgument('service.template is required when there is no update mask.');
  const own = Object.keys(plainFields).filter((name) => name !== 'client' && name !== 'clientVersion');
  return [...own, 'template', 'buildConfig'].map((name) => [name]);
}

const messages = new Set(['template', 'buildConfig']);
/** Fields of the service that are messages, whose parts a mask may name. */
const parts = new Set(['scaling', 'binaryAuthorization']);
/** Fields that a mask may name although a client cannot change them. */
const ignored = new Set(['name', 'etag']);

function plainChange(
  service: Service,
  path: string[],
  body: Body,
  coming: string | undefined,
): (() => void) | undefined {
  const [name = '', ...rest] = path;
  if (messages.has(name) || ignored.has(name)) return undefined;
  const rule = plainFields[name];
  if (!rule || (rest.length > 0 && !parts.has(name)))
    throw invalidArgument(`Invalid field mask path '${path.join('.')}'.`);
  const old = { [name]: service[name as keyof Service] };
  return rule(service, withPath(old, body, path)[name], coming);
}

export function patchService(
  world: World,
  call: Call,
  params: Record<string, string>,
): Reply | Promise<Reply> {
  const body = checkMessage('run', SERVICE, call.json(), { at: 'service', dropOutputOnly: true }) as Body;
  const mask = call.query.get('updateMask') ?? call.query.get('update_mask');
  const paths = changedPaths(checkMask('run', SERVICE, mask), body);
  for (const path of paths) refuseKeys(path);
  const name = `projects/${world.project}/locations/${params.location}/services/${params.service}`;
  if (call.query.get('allowMissing') === 'true' && !runState(world).services.has(name))
    return createService(world, call, { ...params, service: params.service ?? '' }, body);
  const service = findService(world, call, params, 'run.services.update');
  checkEtag(service, body.etag);
  const dryRun = call.query.get('validateOnly') === 'true';
  const operation = applyChange(world, call, service, paths, body, { builds: true, dryRun });
  return { status: 200, body: operation ? showOperation(operation) : validated(service) };
}

/**
 * Changes the fields of a service that the paths name. Every check comes before the first change.
 * @param how whether Cloud Run builds the source, and whether the call only asks if it would succeed
 */
export function applyChange(
  world: World,
  call: Call,
  service: Service,
  paths: string[][],
  body: Body,
  how: { builds: boolean; dryRun: boolean },
): RunOperation | undefined {
  const { next, config } = nextRevision(world, call, service, paths, body, how.builds);
  const changes = paths.flatMap((path) => plainChange(service, path, body, next?.template.revision) ?? []);
  if (
    paths.some(([first]) => first === 'invokerIamDisabled') &&
    (body.invokerIamDisabled === true) !== service.invokerIamDisabled
  )
    requirePermission(
      world,
      call.principal,
      'run.services.setIamPolicy',
      `//run.googleapis.com/${service.name}`,
    );
  if (next) requireDeploy(world, call, next.template, next.build !== undefined);
  else if (world.quirks.trafficPatchNeedsActAs)
    requireActAs(world, call, templateNow(service).serviceAccount ?? '');
  if (how.dryRun) return undefined;
  for (const apply of changes) apply();
  service.buildConfig = config;
  service.lastModifier = callerOf(call);
  return carryOut(world, service, next);
}

/** Cloud Run makes a new revision only if the template or the build changes, or if the caller asks for one. */
function nextRevision(
  world: World,
  call: Call,
  service: Service,
  paths: string[][],
  body: Body,
  builds: boolean,
): { next: Next | undefined; config: BuildConfig | undefined } {
  const named = paths.filter(([first = '']) => messages.has(first));
  if (named.length === 0) return { next: undefined, config: service.buildConfig };
  const before: Body = { template: templateNow(service), buildConfig: service.buildConfig };
  const after = named.reduce((message, path) => withPath(message, body, path), before);
  const template = (after.template ?? {}) as Template;
  checkTemplate(template, service.id);
  const config = after.buildConfig as BuildConfig | undefined;
  if (builds) checkBuildConfig(config);
  const build =
    builds && config && needsBuild(service.buildConfig as BuildConfig | undefined, config)
      ? config
      : undefined;
  const same = isDeepStrictEqual(withDefaults(world, template), withDefaults(world, templateNow(service)));
  const forced = call.query.get('forceNewRevision') === 'true';
  if (same && !build && !forced) return { next: undefined, config };
  if (template.revision && service.revisions.has(template.revision))
    throw alreadyExists(`Revision named '${template.revision}' with different configuration already exists.`);
  unfit(world, template);
  return { next: { template, build }, config };
}
