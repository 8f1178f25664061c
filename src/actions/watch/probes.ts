import { invocationOf } from '../../domain/invocation/refusal.ts';
import type { Context } from '../../runner/context.ts';
import type { RunService, Services } from '../../steps/ports/services.ts';
import type { WatchProbes } from '../../steps/ports/watch-probes.ts';
import { createSuiteProbes } from '../../steps/smoke/suite-probes.ts';
import { chooseTarget } from '../../steps/smoke/target.ts';
import type { Platform } from '../login/platform.ts';
import { carriedModel } from '../smoke-test/carried-model.ts';
import { createSmokePorts } from '../smoke-test/ports.ts';

/** Sends probes to each revision by its tag, or by the live URL if the revision has all traffic. */
export function openProbes(
  context: Context,
  platform: Platform,
  suite: string,
  place: {
    service: RunService;
    candidate: string;
    baseline: string | undefined;
    services: Pick<Services, 'revision'>;
    asked?: string | undefined;
  },
): WatchProbes {
  const { service, candidate, baseline, services, asked } = place;
  const targetOf = (revision: string) => {
    const target = chooseTarget(service, revision);
    return {
      ...target,
      behindGoogle: true,
      model: carriedModel(services, service.name, revision, revision === candidate ? asked : undefined),
      invocation: invocationOf(service.name, target.audience, platform.invoker),
    };
  };
  const targets = {
    candidate: targetOf(candidate),
    ...(baseline === undefined ? {} : { baseline: targetOf(baseline) }),
  };
  const ports = createSmokePorts(context, platform.endpoints, platform.tokens);
  return createSuiteProbes(ports, { suite, targets, signal: context.signal });
}
