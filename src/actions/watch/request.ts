import { suiteFile } from '../../domain/product.ts';
import { functionName, regionName } from '../../inputs/names.ts';
import type { Context } from '../../runner/context.ts';
import { readObjectives, readOpenEnds, readRule, sourceFor } from './inputs.ts';

/** `2026-11-22T10:00:00Z`, or a duration before now, as milliseconds since the epoch. */
function readSince(context: Context): number | undefined {
  const { inputs, clock } = context;
  const given = inputs.text('since');
  if (given === undefined) return undefined;
  if (/^\d{4}-\d\d-\d\dT/.test(given)) {
    const at = Date.parse(given);
    if (!Number.isFinite(at) || at > clock.now())
      inputs.problem(`since: "${given}": expected a time in the past`);
    return at;
  }
  const seconds = inputs.duration('since');
  return seconds === undefined ? undefined : clock.now() - seconds * 1000;
}

/** Everything that a live watch is told, apart from the login. Notes problems, throws nothing but a wrong SLO file. */
export async function readRequest(context: Context) {
  const { inputs, env } = context;
  const probes = inputs.integer('probes_per_minute', 0, 120) ?? 0;
  const objectives = await readObjectives(inputs, env.GITHUB_WORKSPACE || '.');
  return {
    name: inputs.required('name', functionName),
    region: inputs.required('region', regionName),
    revision: inputs.text('revision', { maxLength: 63 }),
    baseline: inputs.text('baseline_revision', { maxLength: 63 }),
    since: readSince(context),
    resume: inputs.choice('resume', ['auto', 'save', 'off']) ?? 'auto',
    duration: inputs.durationWithin('duration', 600, 1, 86_400),
    poll: inputs.durationWithin('poll_interval', 10, 1, 300),
    alpha: inputs.custom('alpha', (raw) => {
      const value = Number(raw);
      if (!(value > 0 && value <= 0.1))
        throw new Error('expected a chance above 0 and up to 0.1, such as 0.001');
      return value;
    }),
    until: inputs.choice('until', ['pass', 'duration']) ?? 'pass',
    gate: inputs.choice('on_exhausted', ['block', 'warn']),
    override: inputs.text('budget_override', { maxLength: 500 }),
    policy: readOpenEnds(inputs),
    rule: readRule(inputs),
    probes,
    probeSuite: inputs.text('probe_suite', { maxLength: 500 }) ?? suiteFile,
    source: sourceFor(inputs, probes > 0, objectives?.objectives ?? []),
    objectives,
  };
}
