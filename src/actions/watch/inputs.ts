import { ReleaseError } from '../../domain/errors/errors.ts';
import { slug } from '../../domain/product.ts';
import type { Objective } from '../../domain/slo/objective.ts';
import { parseTarget } from '../../domain/slo/target.ts';
import type { OpenEnd, OpenEndPolicy } from '../../domain/watch/outcome.ts';
import { burnRateRule, type WatchRule } from '../../domain/watch/rules.ts';
import type { Inputs } from '../../inputs/reader.ts';
import type { Context } from '../../runner/context.ts';
import { createFallback } from '../../sli/auto/source.ts';
import { createLogging } from '../../sli/logs/source.ts';
import { createMonitoring } from '../../sli/metrics/source.ts';
import { createPrometheus, type PrometheusSettings } from '../../sli/prometheus/source.ts';
import type { SliSource } from '../../steps/ports/sli.ts';
import type { Platform } from '../login/platform.ts';
import { readSloFile, type SloFile, SloFileError } from './slo-file.ts';

export interface ObjectiveSettings {
  objectives: Objective[];
  /** Seconds of the error budget's window. */
  windowSeconds: number;
  file: SloFile | undefined;
  /** What is wrong in the file, for annotations; the inputs know it too. */
  broken?: SloFileError | undefined;
}

/** `slo`, `latency_slo` with `latency_threshold`, or `slo_file`; undefined where none is given. */
export async function readObjectives(
  inputs: Inputs,
  workspace: string,
): Promise<ObjectiveSettings | undefined> {
  const target = inputs.custom('slo', parseTarget);
  const latencyTarget = inputs.custom('latency_slo', parseTarget);
  const slower = inputs.duration('latency_threshold');
  const path = inputs.text('slo_file', { maxLength: 500 });
  const window = inputs.duration('budget_window');
  if (path && (target !== undefined || latencyTarget !== undefined))
    inputs.problem('slo_file: expected either a file or slo and latency_slo, not both');
  if ((latencyTarget === undefined) !== (slower === undefined))
    inputs.problem('latency_slo and latency_threshold: expected both or neither');
  if (window !== undefined && !(window >= 3600)) inputs.problem('budget_window: expected at least 1h');
  if (path) {
    let file: SloFile;
    try {
      file = await readSloFile(path, workspace);
    } catch (error) {
      if (!(error instanceof ReleaseError)) throw error;
      inputs.problem(`slo_file: ${error.what.replace(/\.$/, '')}`);
      const broken = error instanceof SloFileError ? error : undefined;
      return { objectives: [], windowSeconds: window ?? 30 * 86_400, file: undefined, broken };
    }
    return { objectives: file.objectives, windowSeconds: window ?? file.windowSeconds, file };
  }
  const objectives: Objective[] = [];
  if (target !== undefined) objectives.push({ id: 'availability', kind: 'availability', target });
  if (latencyTarget !== undefined && slower !== undefined)
    objectives.push({ id: 'latency', kind: 'latency', target: latencyTarget, slowerThanMs: slower * 1000 });
  if (objectives.length === 0) return undefined;
  return { objectives, windowSeconds: window ?? 30 * 86_400, file: undefined };
}

const endings = ['promote', 'hold', 'roll_back'] as const;

/** What to do where the watch ends without a decision. */
export function readOpenEnds(inputs: Inputs): Partial<Record<OpenEnd, OpenEndPolicy>> {
  const policy: Partial<Record<OpenEnd, OpenEndPolicy>> = {};
  for (const end of ['too_few_requests', 'blind', 'platform'] as const) {
    const choice = inputs.choice(`on_${end}`, endings);
    if (choice) policy[end] = choice;
  }
  return policy;
}

/** Who decides: the evidence, or a classical rule. */
export function readRule(inputs: Inputs): WatchRule {
  const kind = inputs.choice('policy', ['evidence', 'burn-rate', 'threshold']) ?? 'evidence';
  const maxRate = inputs.percentage('threshold_rate');
  const windowSeconds = inputs.duration('threshold_window') ?? 60;
  const failuresAllowed = inputs.integer('threshold_failures', 0, 1000) ?? 3;
  if (windowSeconds < 1) inputs.problem('threshold_window: expected at least 1s');
  if (kind === 'burn-rate') return burnRateRule;
  return kind === 'threshold' ? { kind, maxRate, windowSeconds, failuresAllowed } : { kind };
}

export interface SourceSettings {
  kind: 'auto' | 'logs' | 'metrics' | 'prometheus';
  prometheus: PrometheusSettings | undefined;
}

/** Where the counts come from. */
function readSource(inputs: Inputs): SourceSettings {
  const url = inputs.text('prometheus_url', {
    pattern: /^https?:\/\/[^\s?#]+$/,
    expected: 'a URL such as https://prometheus.example.com',
  });
  const token = inputs.text('prometheus_token', { maxLength: 8000 });
  const total = inputs.text('prometheus_total', { maxLength: 2000 });
  const bad = inputs.text('prometheus_bad', { maxLength: 2000 });
  const managed = inputs.boolean('prometheus_google') ?? false;
  const delay = inputs.duration('prometheus_delay');
  const kind =
    inputs.choice('source', ['auto', 'logs', 'metrics', 'prometheus']) ??
    (url || managed ? 'prometheus' : 'auto');
  if (kind === 'prometheus' && !url && !managed)
    inputs.problem(
      'prometheus_url: missing: expected the URL of a Prometheus server, or prometheus_google: true',
    );
  if (Boolean(total) !== Boolean(bad))
    inputs.problem('prometheus_total and prometheus_bad: expected both or neither');
  const counters = total && bad ? { total, bad } : undefined;
  const prometheus =
    url || managed
      ? { url, token, managed, counters, delayMs: delay === undefined ? undefined : delay * 1000 }
      : undefined;
  return { kind, prometheus };
}

/**
 * The source beside which probes may be sent: metrics cannot tell them from users, so they do not stand in. Counters of
 * one's own can leave them out.
 */
export function sourceFor(inputs: Inputs, probes: boolean, objectives: readonly Objective[]): SourceSettings {
  const source = readSource(inputs);
  if (!probes) return source;
  const own = source.prometheus?.counters !== undefined || objectives.every(({ prometheus }) => prometheus);
  if (source.kind === 'prometheus' && !own)
    inputs.problem(
      `probes_per_minute: Cloud Run's metrics count probes as if users had sent them: expected source auto or logs, or prometheus_total and prometheus_bad that leave out the user agent ${slug}`,
    );
  if (source.kind === 'metrics')
    inputs.problem(
      'probes_per_minute: metrics count probes as if users had sent them: expected source auto or logs',
    );
  return source.kind === 'auto' ? { ...source, kind: 'logs' } : source;
}

/** Opens the source; sends nothing yet. */
export function openSource(
  context: Context,
  platform: Platform,
  settings: SourceSettings,
  place: { region: string; objectives: readonly Objective[] },
): SliSource {
  const { clock, log } = context;
  const { rest, projectId } = platform;
  const options = { rest, clock, projectId, region: place.region };
  if (settings.kind === 'prometheus' && settings.prometheus) {
    if (settings.prometheus.token) context.secrets.add(settings.prometheus.token);
    return createPrometheus({
      settings: settings.prometheus,
      rest,
      clock,
      projectId,
      objectives: place.objectives,
    });
  }
  if (settings.kind === 'metrics') return createMonitoring(options);
  if (settings.kind === 'logs') return createLogging(options);
  return createFallback({ first: createLogging(options), second: createMonitoring(options), clock, log });
}
