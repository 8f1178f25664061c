import type { Context } from '../../runner/context.ts';
import { chooseSource } from '../../sli/registry.ts';
import { readLogin } from '../login/inputs.ts';
import { countingClients, readObjectives, undecidedPolicy, watchRule } from './inputs.ts';

/** All inputs of a live watch, as plain settings. Notes problems; `inputs.done()` reports them at once. */
export async function readWatch(context: Context) {
  const { inputs, env, localLogin } = context;
  const values = inputs.of('watch');
  const read = await readObjectives(inputs, values, env.GITHUB_WORKSPACE || '.');
  const objectives = read && countingClients(inputs, values, read);
  if (!inputs.isSet('name')) inputs.missing('name');
  if (!objectives && !inputs.isSet('slo') && !inputs.isSet('slo_file'))
    inputs.missing('slo', 'a percentage such as 99.5%, or slo_file');
  const probes = values.probes_per_minute;
  return {
    login: readLogin({ inputs, env, localLogin }, values),
    name: values.name ?? '',
    region: values.region,
    revision: values.revision,
    baseline: values.baseline_revision,
    since: sinceOf(context),
    resume: values.resume,
    duration: values.duration,
    poll: values.poll_interval,
    alpha: values.alpha,
    until: values.until,
    gate: values.on_exhausted,
    override: values.budget_override,
    policy: undecidedPolicy(values),
    rule: watchRule(values),
    clientErrors: values.client_errors,
    probes,
    probeSuite: values.probe_suite,
    source: chooseSource(
      values,
      {
        probes: probes > 0,
        objectives: objectives?.objectives ?? [],
      },
      (names, text) => inputs.problem(names, text),
    ),
    objectives,
  };
}

/** Tells the moment, in milliseconds since the epoch. Call it after the login, which may correct the clock. */
function sinceOf({ inputs, clock }: Context): (() => number) | undefined {
  const { since } = inputs.of('watch');
  if (since === undefined) return undefined;
  if ('secondsAgo' in since) {
    const ago = clock.steady();
    return () => clock.now() - (clock.steady() - ago) - since.secondsAgo * 1000;
  }
  if (since.at > clock.now()) inputs.problem('since', 'expected a time in the past');
  return () => since.at;
}
