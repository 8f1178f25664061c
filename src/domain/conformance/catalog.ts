import type { Belief } from './belief.ts';
import { accessBeliefs } from './beliefs/access.ts';
import { alertingBeliefs } from './beliefs/alerting.ts';
import { balancerBeliefs } from './beliefs/balancer.ts';
import { functionBeliefs } from './beliefs/function.ts';
import { gatewayBeliefs } from './beliefs/gateway.ts';
import { loginBeliefs } from './beliefs/login.ts';
import { modelBeliefs } from './beliefs/models.ts';
import { monitorBeliefs } from './beliefs/monitors.ts';
import { outsideBeliefs } from './beliefs/outside.ts';
import { pipelineBeliefs } from './beliefs/pipelines.ts';
import { registryBeliefs } from './beliefs/registry.ts';
import { requestBeliefs } from './beliefs/requests.ts';
import { runFunctionBeliefs } from './beliefs/run-function.ts';
import { serviceBeliefs } from './beliefs/service.ts';
import { setupBeliefs } from './beliefs/setup.ts';
import { storageBeliefs } from './beliefs/storage.ts';
import { updateBeliefs } from './beliefs/update.ts';
import type { ProbeId } from './probes.ts';

/** Every belief, in the order of pages and reports. */
const all = {
  ...updateBeliefs,
  ...functionBeliefs,
  ...serviceBeliefs,
  ...runFunctionBeliefs,
  ...accessBeliefs,
  ...requestBeliefs,
  ...loginBeliefs,
  ...outsideBeliefs,
  ...monitorBeliefs,
  ...pipelineBeliefs,
  ...modelBeliefs,
  ...alertingBeliefs,
  ...setupBeliefs,
  ...registryBeliefs,
  ...storageBeliefs,
  ...balancerBeliefs,
  ...gatewayBeliefs,
} as const;

export type BeliefId = keyof typeof all;
export const beliefs: Readonly<Record<BeliefId, Belief>> = all;
export const beliefIds = Object.keys(all) as BeliefId[];

/** What a probe has to settle. */
export const beliefsOf = (probe: ProbeId): BeliefId[] =>
  beliefIds.filter((id) => {
    const { settled } = beliefs[id];
    return 'by' in settled && settled.by === probe;
  });
