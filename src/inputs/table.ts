import type { UsedDefinition, ValueOf } from '../domain/inputs/definition.ts';
import type { ActionName } from '../domain/report/report.ts';
import { declaredBy } from './declared.ts';
import { alerts } from './groups/alerts.ts';
import { canary } from './groups/canary.ts';
import { capacityGroup } from './groups/capacity.ts';
import { checkGroup } from './groups/check.ts';
import { decision } from './groups/decision.ts';
import { deploy } from './groups/deploy.ts';
import { door } from './groups/door.ts';
import { drillGroup } from './groups/drill.ts';
import { eventTrigger } from './groups/event-trigger.ts';
import { freeze } from './groups/freeze.ts';
import { functionGroup } from './groups/function.ts';
import { gatewayGroup } from './groups/gateway.ts';
import { guard } from './groups/guard.ts';
import { login } from './groups/login.ts';
import { logs } from './groups/logs.ts';
import { modelGroup } from './groups/model.ts';
import { monitoring } from './groups/monitoring.ts';
import { network } from './groups/network.ts';
import { notify } from './groups/notify.ts';
import { objectives } from './groups/objectives.ts';
import { output } from './groups/output.ts';
import { pipelineGroup } from './groups/pipeline.ts';
import { postureGroup } from './groups/posture.ts';
import { probes } from './groups/probes.ts';
import { rollback } from './groups/rollback.ts';
import { run } from './groups/run.ts';
import { service } from './groups/service.ts';
import { smoke } from './groups/smoke.ts';
import { source } from './groups/source.ts';
import { target } from './groups/target.ts';
import { token } from './groups/token.ts';
import { watch } from './groups/watch.ts';
import { where } from './groups/where.ts';

/** Every input of every action, once, in the order of the documentation. */
export const groups = [
  where,
  target,
  modelGroup,
  rollback,
  login,
  token,
  functionGroup,
  service,
  network,
  eventTrigger,
  run,
  deploy,
  guard,
  gatewayGroup,
  postureGroup,
  pipelineGroup,
  checkGroup,
  drillGroup,
  freeze,
  alerts,
  smoke,
  door,
  capacityGroup,
  canary,
  watch,
  objectives,
  monitoring,
  decision,
  source,
  probes,
  notify,
  logs,
  output,
] as const;

type All = UnionToIntersection<(typeof groups)[number]['inputs']>;
type UnionToIntersection<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void
  ? I
  : never;

export type InputName = keyof All & string;

/** The inputs by name. */
export const table = Object.assign({}, ...groups.map(({ inputs }) => inputs)) as All;

export const allInputs: Readonly<Record<string, UsedDefinition>> = table;

/** The inputs that an action takes, parsed, under their own names. Reading any other one is a type error. */
export type Inputs<A extends ActionName> = {
  readonly [N in InputName as All[N] extends { usedBy: infer U }
    ? A extends keyof U
      ? N
      : never
    : never]: ValueOf<All[N], A>;
};

/** The inputs of every action. */
export const wholeTable = declaredBy(groups);

/** Names of the inputs that an action takes, in the order of the documentation. */
export const inputsOf = (action: ActionName): string[] => Object.keys(wholeTable.of(action));

/** A definition as one action has it. */
export function definitionFor(name: string, action: ActionName): UsedDefinition {
  const definition = wholeTable.of(action)[name];
  if (!definition) throw new Error(`${action} does not declare the input ${name}`);
  return definition;
}
