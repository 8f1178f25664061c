import { clientAgent } from '../../domain/product.ts';
import { createFunctions } from '../../gcp/functions/functions.ts';
import { createBuilds } from '../../gcp/run/builds.ts';
import { createServices } from '../../gcp/run/services.ts';
import { createRuns } from '../../github/runs.ts';
import type { Context } from '../../runner/context.ts';
import type { Owner } from '../../steps/ports/runs.ts';
import type { TrafficPorts } from '../../steps/traffic/ports.ts';
import { type Asked, chooseTarget } from '../../targets/choose.ts';
import { gatewayBack } from '../gateway/back.ts';
import type { Platform } from '../login/platform.ts';

/** What every action that moves traffic starts with: the run that owns the change, and its clients. */

export function ownerOf(context: Context, job: string | undefined, id = context.id): Owner {
  const { env } = context;
  return {
    id,
    repository: env.GITHUB_REPOSITORY ?? '',
    run: /^\d+$/.test(env.GITHUB_RUN_ID ?? '') ? (env.GITHUB_RUN_ID ?? '') : '',
    attempt: Math.max(1, Math.floor(Number(env.GITHUB_RUN_ATTEMPT)) || 1),
    ...(job ? { job } : {}),
  };
}

/** Clients for changing traffic. `urgent` gives up after 5 s, because a signal leaves little time. */
export function trafficPorts(
  context: Context,
  platform: Platform,
  githubToken: string | undefined,
  asked: Asked,
) {
  const { clock, log, env, secrets } = context;
  const { rest } = platform;
  if (githubToken) secrets.add(githubToken);
  const services = createServices(rest);
  const functions = createFunctions({ rest, clock, log, userAgent: clientAgent });
  return {
    services,
    urgent: createServices(rest, { attemptMs: 1500, deadlineMs: 5000 }),
    target: chooseTarget({ functions, services, builds: createBuilds(rest), log }, asked),
    runs: createRuns({ token: githubToken, apiUrl: env.GITHUB_API_URL }),
    gatewayBack: ((move, signal) =>
      gatewayBack(context, platform, move, { isUnsure: true }, signal)) satisfies TrafficPorts['gatewayBack'],
    clock,
    log,
  };
}
