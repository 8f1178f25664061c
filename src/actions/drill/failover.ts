import { userAgent } from '../../domain/product.ts';
import { createBalancers } from '../../gcp/balancer/backend-services.ts';
import { createLogEntries } from '../../gcp/logs/log-entries.ts';
import { createServices } from '../../gcp/run/services.ts';
import { createProber } from '../../http/probe.ts';
import type { Context } from '../../runner/context.ts';
import type { Back } from '../../steps/drill/failover-back.ts';
import { putBackend } from '../../steps/drill/failover-back.ts';
import type { FailoverPorts, FailoverRequest } from '../../steps/drill/failover-ports.ts';
import type { Platform } from '../login/platform.ts';
import type { AskedFailover } from './inputs.ts';
import { readOut, saveOut } from './saved.ts';

/** What an exercise of a failover needs. */
export function openFailover(
  context: Context,
  { rest, endpoints, tokens, projectId: project }: Platform,
  { backendService, frontUrl, waitMs }: AskedFailover,
): { ports: FailoverPorts; request: FailoverRequest } {
  const { clock, log, id } = context;
  return {
    ports: {
      ...{ clock, log, tokens },
      balancers: createBalancers(rest, clock),
      services: createServices(rest),
      prober: createProber(endpoints, userAgent(id, 'failover')),
      entries: createLogEntries(rest),
      saveOut: (isOut) => saveOut(context, isOut),
    },
    request: { project, backendService, frontUrl, waitMs, paceMs: 1000, lookMs: 5000 },
  };
}

/** Puts back what a killed step had taken out. */
export const putBackKilled = (
  context: Context,
  { rest, projectId: project }: Platform,
  { backendService: name }: AskedFailover,
  run: string,
): Promise<Back> => {
  const { clock, log, signal } = context;
  const own = { run, isLate: readOut(context) };
  return putBackend({ clock, log, balancers: createBalancers(rest, clock) }, { project, name }, own, signal);
};
