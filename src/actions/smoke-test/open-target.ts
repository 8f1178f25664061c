import { resolve } from 'node:path';
import { supplyOf } from '../../domain/capacity/supply.ts';
import { listFunctions } from '../../domain/data/commands.ts';
import { shortName } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { doorName } from '../../domain/invocation/door.ts';
import { invocationOf } from '../../domain/invocation/refusal.ts';
import type { LoginRequest } from '../../domain/login/request.ts';
import { clientAgent } from '../../domain/product.ts';
import type { Target } from '../../domain/report/report.ts';
import { isolatedWords, isolationSentence } from '../../domain/smoke/isolation.ts';
import { createFunctions } from '../../gcp/functions/functions.ts';
import { createBuilds } from '../../gcp/run/builds.ts';
import { createServices } from '../../gcp/run/services.ts';
import { endpoints } from '../../http/endpoints.ts';
import type { Context } from '../../runner/context.ts';
import { throughDoor } from '../../steps/smoke/door.ts';
import type { SmokePorts, SmokeRequest, SmokeTarget } from '../../steps/smoke/ports.ts';
import { chooseChampion, chooseTarget } from '../../steps/smoke/target.ts';
import { chooseTarget as readTarget } from '../../targets/choose.ts';
import { openPlatform } from '../login/platform.ts';
import { carriedModel } from './carried-model.ts';
import { doorPorts, placedDoor } from './door.ts';
import type { readSmokeTest } from './inputs.ts';
import { type LocalFunction, startLocal } from './local-function.ts';
import { createSmokePorts } from './ports.ts';

export interface OpenTarget {
  ports: SmokePorts;
  target: SmokeTarget;
  /** The target as the report names it; empty for a function that is not deployed. */
  named: Target;
  /** The revision that serves, if the tested one is another, or why there is none to compare with. */
  champion?: Pick<SmokeRequest, 'champion' | 'noChampion'>;
  /** The command that was started for this test and must be stopped after it. */
  local?: LocalFunction | undefined;
}

type Request = Omit<ReturnType<typeof readSmokeTest>, 'login'>;

/** Logs in and reads the URL of the function from the API. Only such a URL ever receives a token. */
async function openDeployed(
  context: Context,
  request: Request & { name: string },
  login: LoginRequest,
): Promise<OpenTarget> {
  const { rest, tokens, endpoints: found, projectId, invoker } = openPlatform(context, login);
  const { signal } = context;
  const region = request.region ?? '';
  const services = createServices(rest);
  const functions = createFunctions({ rest, clock: context.clock, log: context.log, userAgent: clientAgent });
  const place = { project: projectId, region, name: request.name };
  const deployed = await readTarget(
    { functions, services, builds: createBuilds(rest), log: context.log },
    { place, kind: undefined, fromSource: false },
  ).read(signal);
  const serviceName = deployed?.service;
  const service = serviceName === undefined ? undefined : await services.get(serviceName, signal);
  if (!service)
    throw new ReleaseError('not-found', {
      what: `The function ${request.name} does not exist in ${projectId}/${region}${deployed ? ' as a second-generation function' : ''}.`,
      fix: 'Correct name, region or project_id. To list all functions:',
      commands: [listFunctions(projectId)],
    });
  const target = chooseTarget(service, request.revision);
  const revision = target.revision ?? 'several revisions';
  context.log.line(`${request.name}: ${revision} at ${target.url}, ${target.why}`);
  const ports = createSmokePorts(context, found, tokens);
  const behind = { service: service.name, url: target.url, audience: target.audience, caller: invoker };
  const door = request.door && placedDoor(request.door, place);
  const own = {
    ...target,
    behindGoogle: true,
    invocation: invocationOf(service.name, target.audience, invoker),
    model: target.revision === undefined ? undefined : carriedModel(services, service.name, target.revision),
    supply: async () => supplyOf(service.raw, service.scaling),
  };
  const beside = chooseChampion(service, target.revision);
  const champion: OpenTarget['champion'] = door
    ? { noChampion: 'what stands in front has a URL for one revision only' }
    : beside.target === undefined
      ? { noChampion: beside.why }
      : { champion: { ...own, ...beside.target, model: undefined } };
  const through = door && (await throughDoor(doorPorts(ports, { rest }), door, behind, signal));
  if (through) context.log.line(`  through ${doorName(door.kind)} at ${through.url}`);
  return {
    ports,
    champion,
    target: through ? { ...through, model: own.model } : own,
    named: {
      project: projectId,
      region,
      name: request.name,
      service: shortName(serviceName),
      revision: target.revision,
    },
  };
}

/** Starts the command and waits until it listens. */
async function openCommand(
  context: Context,
  command: readonly string[],
  request: Request,
): Promise<OpenTarget> {
  const { clock, env, log } = context;
  const folder = resolve(env.GITHUB_WORKSPACE || '.', request.folder);
  const started = clock.steady();
  const { readyMs, isolation, inherit } = request;
  const local = await startLocal(context, command, { folder, readyMs, isolation, inherit });
  log.line(`✓ ${command[0]} listens after ${((clock.steady() - started) / 1000).toFixed(1)} s`);
  const warning = isolationSentence(local.isolation);
  if (warning) log.warning(warning);
  else log.line(`  ${isolatedWords(local.isolation)}`);
  return {
    ports: createSmokePorts(context, endpoints(env)),
    target: { url: local.url },
    named: {},
    local,
  };
}

/** Finds or starts the function to test. Exactly one of `name`, `url` and `command` is set. */
export async function openTarget(
  context: Context,
  request: Request,
  login: LoginRequest,
): Promise<OpenTarget> {
  const { name, url, command = [] } = request;
  if (name !== undefined) return openDeployed(context, { ...request, name }, login);
  if (url !== undefined)
    return { ports: createSmokePorts(context, endpoints(context.env)), target: { url }, named: {} };
  return openCommand(context, command, request);
}
