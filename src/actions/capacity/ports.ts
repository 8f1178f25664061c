import { parseName } from '../../domain/data/resource-name.ts';
import { userAgent } from '../../domain/product.ts';
import { createExposureSources } from '../../gcp/exposure/exposure-sources.ts';
import { createServices } from '../../gcp/run/services.ts';
import { createTrials } from '../../gcp/run/trials.ts';
import { createRuns } from '../../github/runs.ts';
import { createProber } from '../../http/probe.ts';
import type { Context } from '../../runner/context.ts';
import type { CapacityPorts } from '../../steps/capacity/ports.ts';
import { guard, guardDefaults } from '../../steps/guard/guard.ts';
import type { Platform } from '../login/platform.ts';
import { createSmokePorts } from '../smoke-test/ports.ts';

/** What putting back needs: no image and no call of the service. */
export function backPorts(context: Context, { rest }: Platform, githubToken: string | undefined) {
  const { clock, log, env, secrets } = context;
  if (githubToken) secrets.add(githubToken);
  return {
    services: createServices(rest),
    trials: createTrials(rest),
    runs: createRuns({ token: githubToken, apiUrl: env.GITHUB_API_URL }),
    clock,
    log,
  };
}

export function capacityPorts(
  context: Context,
  platform: Platform,
  { name, region, githubToken }: { name: string; region: string; githubToken: string | undefined },
): CapacityPorts {
  const { clock, log, id } = context;
  const back = backPorts(context, platform, githubToken);
  const { rest, endpoints, projectId, tokens, member } = platform;
  const ports = {
    ...{ clock, log, services: back.services },
    prober: createProber(endpoints, userAgent(id, 'guard')),
    exposure: createExposureSources(rest),
  };
  return {
    ...back,
    smoke: createSmokePorts(context, endpoints, tokens),
    prove: (signal) =>
      guard(ports, {
        ...guardDefaults,
        ...{ project: projectId, region, name, mode: 'verify', brief: true, identity: member, signal },
      }),
  };
}

export const regionOf = (service: string): string => parseName(service).region ?? '';
