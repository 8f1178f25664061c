import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Objective } from '../../domain/slo/objective.ts';
import type { OpenEnd, OpenEndPolicy } from '../../domain/watch/outcome.ts';
import { burnRateRule, type WatchRule } from '../../domain/watch/rules.ts';
import type { InputReader } from '../../inputs/reader.ts';
import type { Inputs } from '../../inputs/table.ts';
import { readSloFile, type SloFile, SloFileError } from './slo-file.ts';

/** Inputs that the watch and the release read alike. */

export interface ObjectiveSettings {
  objectives: Objective[];
  /** Seconds of the error budget's window. */
  windowSeconds: number;
  file: SloFile | undefined;
  /** The file's mistakes, for annotations; the problems of the inputs name them too. */
  broken?: SloFileError | undefined;
}

const monthSeconds = 30 * 86_400;

type ObjectiveInputs = Pick<
  Inputs<'release'>,
  'slo' | 'latency_slo' | 'latency_threshold' | 'slo_file' | 'budget_window'
>;

/** `slo`, `latency_slo` with `latency_threshold`, or `slo_file`; undefined if none of them is set. */
export async function readObjectives(
  inputs: InputReader,
  values: ObjectiveInputs,
  workspace: string,
): Promise<ObjectiveSettings | undefined> {
  const { slo, latency_slo: latencyTarget, latency_threshold: slower, slo_file: path } = values;
  if (inputs.isSet('slo_file') && (inputs.isSet('slo') || inputs.isSet('latency_slo')))
    inputs.problem('slo_file', 'expected either a file or slo and latency_slo, not both');
  if (inputs.isSet('latency_slo') !== inputs.isSet('latency_threshold'))
    inputs.problem(['latency_slo', 'latency_threshold'], 'expected both or neither');
  if (path !== undefined) return fromFile(inputs, path, workspace, values.budget_window);
  const objectives: Objective[] = [];
  if (slo !== undefined && slo !== 'none')
    objectives.push({ id: 'availability', kind: 'availability', target: slo });
  if (latencyTarget !== undefined && slower !== undefined)
    objectives.push({ id: 'latency', kind: 'latency', target: latencyTarget, slowerThanMs: slower * 1000 });
  if (objectives.length === 0) return undefined;
  return { objectives, windowSeconds: values.budget_window ?? monthSeconds, file: undefined };
}

/** Objectives without an input that names them: the file in its usual place, else 99.5 % of requests without an error. */
export function defaultObjectives(
  file: SloFile | undefined,
  budgetWindow: number | undefined,
): ObjectiveSettings {
  return {
    objectives: file?.objectives ?? [{ id: 'availability', kind: 'availability', target: 0.995 }],
    windowSeconds: budgetWindow ?? file?.windowSeconds ?? monthSeconds,
    file,
  };
}

async function fromFile(
  inputs: InputReader,
  path: string,
  workspace: string,
  budgetWindow: number | undefined,
): Promise<ObjectiveSettings> {
  try {
    const file = await readSloFile(path, workspace);
    return { objectives: file.objectives, windowSeconds: budgetWindow ?? file.windowSeconds, file };
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    inputs.problem('slo_file', error.what.replace(/\.$/, ''));
    const broken = error instanceof SloFileError ? error : undefined;
    return { objectives: [], windowSeconds: budgetWindow ?? monthSeconds, file: undefined, broken };
  }
}

/** With `client_errors: count`, 4xx are bad under the objectives of availability. Notes a problem if there is none. */
export function countingClients(
  inputs: InputReader,
  { client_errors: how }: Pick<Inputs<'watch'>, 'client_errors'>,
  settings: ObjectiveSettings,
): ObjectiveSettings {
  if (how !== 'count') return settings;
  if (settings.objectives.length > 0 && settings.objectives.every(({ kind }) => kind !== 'availability'))
    inputs.problem('client_errors', 'count needs an objective of requests without an error: set slo');
  const counted = (objective: Objective): Objective =>
    objective.kind === 'availability' ? { ...objective, clientErrors: true } : objective;
  return { ...settings, objectives: settings.objectives.map(counted) };
}

/** What to do if the watch ends without a decision. */
export function undecidedPolicy(
  values: Pick<Inputs<'watch'>, 'on_too_few_requests' | 'on_blind' | 'on_platform' | 'on_client_errors'>,
): Record<OpenEnd, OpenEndPolicy> {
  return {
    too_few_requests: values.on_too_few_requests,
    blind: values.on_blind,
    platform: values.on_platform,
    client_errors: values.on_client_errors,
  };
}

/** The rule that decides: the evidence, or a classical one. */
export function watchRule(
  values: Pick<Inputs<'watch'>, 'policy' | 'threshold_rate' | 'threshold_window' | 'threshold_failures'>,
): WatchRule {
  const threshold = {
    kind: 'threshold' as const,
    maxRate: values.threshold_rate,
    windowSeconds: values.threshold_window,
    failuresAllowed: values.threshold_failures,
  };
  if (values.policy === 'burn-rate') return burnRateRule;
  return values.policy === 'threshold' ? threshold : { kind: 'evidence' };
}
