import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LoginRequest } from '../../domain/login/request.ts';
import { sloFile, suiteFile } from '../../domain/product.ts';
import { jobMinutes, longestRelease, totalSeconds } from '../../domain/release/longest.ts';
import { spanText } from '../../domain/text/span.ts';
import type { Waves } from '../../domain/waves/regions.ts';
import type { Environment, InputReader } from '../../inputs/reader.ts';
import type { Inputs } from '../../inputs/table.ts';
import type { Context } from '../../runner/context.ts';
import { type ChosenSource, chooseSource, type SourceName } from '../../sli/registry.ts';
import type { ReleaseRequest } from '../../steps/release/request.ts';
import { readFunction } from '../deploy/inputs.ts';
import { askedGateway } from '../gateway/inputs.ts';
import { type AskedRecord, askedRecord } from '../linked/inputs.ts';
import { readLogin } from '../login/inputs.ts';
import { askedModel } from '../model/inputs.ts';
import { readDoor } from '../smoke-test/door.ts';
import {
  countingClients,
  defaultObjectives,
  type ObjectiveSettings,
  readObjectives,
  undecidedPolicy,
  watchRule,
} from '../watch/inputs.ts';
import { readSloFile } from '../watch/slo-file.ts';
import type { StageSettings } from './stage-settings.ts';

export interface ReleaseInputs {
  login: LoginRequest;
  stages: StageSettings;
  request: Omit<ReleaseRequest, 'place' | 'owner'>;
  /** Several regions. Undefined if there is one. */
  several: { waves: Waves; mayMiss: readonly string[] } | undefined;
  /** What is promised, and the window of the error budget. */
  slo: ObjectiveSettings;
  source: ChosenSource;
  githubToken: string | undefined;
  jobId: string | undefined;
  /** Undefined: GitHub is told nothing. */
  record: AskedRecord | undefined;
  /** Name of the SLO whose alerts are snoozed. Undefined if none are. */
  snooze: string | undefined;
}

type Values = Inputs<'release'>;

/** All inputs of the release. Notes problems; `inputs.done()` reports them at once. */
export async function readRelease({
  inputs,
  env,
  localLogin,
}: Pick<Context, 'inputs' | 'env' | 'localLogin'>): Promise<ReleaseInputs> {
  const values = inputs.of('release');
  const login = readLogin({ inputs, env, localLogin }, values, { accountMayBeRuntime: true });
  const several = severalOf(inputs, values);
  const [region = values.region] = values.regions?.flat() ?? [];
  const deploy = {
    ...readFunction(inputs, { ...values, region }, login.projectId),
    onExposed: 'close' as const,
  };
  const slo = countingClients(inputs, values, await objectivesOf(inputs, values, env));
  const suite = suiteOf(values, env);
  const probes = probesOf(inputs, values, suite);
  checkJobTime(inputs, values, deploy.deadlineSeconds);
  const split = values.canary.some((share) => share < 100);
  const use = { probes: probes !== undefined, split, objectives: slo.objectives };
  const source = chooseSource(values, use, (names, text) => inputs.problem(names, text));
  if (several && slo.objectives.length > 0 && !byRegion.includes(source.name))
    inputs.problem(
      ['source', 'regions'],
      `expected ${byRegion.join(', ')} with several regions, because ${source.name} does not count each region by itself`,
    );
  return {
    login,
    slo,
    source,
    several,
    githubToken: values.github_token ?? env.GITHUB_TOKEN,
    jobId: values.job_id,
    record: askedRecord(values, env),
    snooze: snoozeOf(inputs, values, slo),
    stages: {
      preflight: values.preflight,
      plan: values.dry_run,
      stopIfRefused: values.preflight === 'stop' && !values.dry_run,
      asksAlerts: values.on_alert !== 'ignore',
      // Each region in a list was meant.
      newRegion: values.new_region || several !== undefined,
      source: source.name,
      deploy,
      requireProof: values.require_proof,
      trusted: values.trusted_principals ?? [],
      propagationSeconds: values.propagation_timeout,
      gateway: gatewayOf(inputs, values),
      // An alias names one version for all regions, so it cannot follow the traffic of each.
      model: askedModel(inputs, several ? { ...values, model_alias: 'none' } : values, deploy.settings),
      door: doorOf(inputs, values, suite),
      suite,
      probes,
      objectives: slo.objectives,
      pollSeconds: values.poll_interval,
      alpha: undefined,
      until: values.until,
      rule: watchRule(values),
      clientErrors: values.client_errors,
      policy: undecidedPolicy(values),
      verifySeconds: values.verify_duration,
      windowSeconds: slo.windowSeconds,
      onExhausted: values.on_exhausted,
      override: values.budget_override,
    },
    request: {
      alerts: {
        onAlert: values.on_alert ?? 'fail',
        chosen: values.on_alert !== undefined,
        override: values.alert_override,
      },
      freeze: { windows: values.freeze ?? [], override: values.freeze_override },
      canary: values.canary,
      stepSeconds: values.step_duration,
      fullSeconds: values.duration,
      buildSeconds: deploy.deadlineSeconds,
      afterPromote: values.after_promote,
      guardMode: values.guard_mode,
      retryFailed: values.retry_failed,
      waitSeconds: values.wait_for_other,
      dryRun: values.dry_run,
      lookSeconds: 15,
      ...(env.GITHUB_SHA && /^[0-9a-f]{7,64}$/.test(env.GITHUB_SHA) ? { commit: env.GITHUB_SHA } : {}),
    },
  };
}

/** A list of one region is that region alone. */
function severalOf(inputs: InputReader, values: Values): ReleaseInputs['several'] {
  const { regions: waves, skip_regions: mayMiss = [] } = values;
  const all = waves?.flat() ?? [];
  if (waves !== undefined && inputs.isSet('region'))
    inputs.problem(['region', 'regions'], 'expected one of the two');
  for (const region of mayMiss)
    if (!all.includes(region)) inputs.problem('skip_regions', 'expected regions that are also in regions');
  if (waves === undefined || all.length < 2) {
    if (mayMiss.length > 0 && all.length === 1)
      inputs.problem('skip_regions', 'expected more than one region in regions');
    return undefined;
  }
  if (all.every((region) => mayMiss.includes(region)))
    inputs.problem('skip_regions', 'expected at least one region that the release may not leave out');
  // Both belong to one region, or to none. They are tried at the end, when other regions may be promoted already.
  if (inputs.isSet('model_alias') && values.model_alias !== 'none')
    inputs.problem(['model_alias', 'regions'], 'expected no alias with several regions');
  if (values.vpc_connector?.includes('/'))
    inputs.problem(
      ['vpc_connector', 'regions'],
      'expected the name of a connector that is in every region, such as my-connector',
    );
  for (const name of ['openapi', 'front'] as const)
    if (values[name] !== undefined)
      inputs.problem(
        [name, 'regions'],
        `${name} is about one door, so it cannot be combined with several regions`,
      );
  return { waves, mayMiss };
}

/** Sources that count the requests of one region alone. The others would count a service of the same name everywhere. */
const byRegion: readonly SourceName[] = ['auto', 'logs', 'metrics'];

/** A job that is shorter than its release would be ended by GitHub in the middle of a canary. */
function checkJobTime(inputs: InputReader, values: Values, buildSeconds: number): void {
  if (values.job_timeout === undefined) return;
  const planned = {
    canary: values.canary,
    stepSeconds: values.step_duration,
    fullSeconds: values.duration,
    buildSeconds,
    waitSeconds: values.wait_for_other,
    propagationSeconds: values.propagation_timeout,
    verifySeconds: values.verify_duration,
    waves: values.regions?.length,
  };
  const parts = longestRelease(planned);
  if (totalSeconds(parts) <= values.job_timeout) return;
  const longest = parts.filter((part) => part.inputs.length > 0).sort((a, b) => b.seconds - a.seconds)[0];
  inputs.problem(
    'job_timeout',
    `too short: this release can take ${spanText(totalSeconds(parts))}, of which ${spanText(longest?.seconds ?? 0)} are set by ${longest?.inputs.join(' and ')}. Give the job ${jobMinutes(planned)} minutes (\`timeout_minutes\` of the reusable workflow, \`timeout-minutes\` of a job of your own)`,
  );
}

/** Alerts are known by the name of the SLO, which only a file has. */
function snoozeOf(
  inputs: InputReader,
  values: Values,
  { file, broken }: ObjectiveSettings,
): string | undefined {
  if (!values.snooze_alerts) return undefined;
  if (!file && !broken)
    inputs.missing('slo_file', `the file from which actions/slo makes the alerts, or ${sloFile}`);
  return values.dry_run ? undefined : file?.name;
}

/** The gateway is released only if a document is named. The other inputs then have to be there too. */
function gatewayOf(inputs: InputReader, values: Values): StageSettings['gateway'] {
  const asked = askedGateway(values.openapi ?? '', values);
  if (values.openapi === undefined) {
    // Without a document, the gateway may still be what the smoke test goes through.
    const ofDoor = values.front === 'gateway' ? ['api', 'gateway'] : [];
    for (const name of ['api', 'gateway', 'backend_service_account'] as const)
      if (inputs.isSet(name) && !ofDoor.includes(name))
        inputs.problem([name, 'openapi'], 'expected openapi, which names the document');
    return undefined;
  }
  for (const name of ['api', 'backend_service_account'] as const)
    if (values[name] === undefined) inputs.missing(name);
  return asked;
}

/** The suite is what goes through the door. The release has a gateway's id also in `api`. */
function doorOf(inputs: InputReader, values: Values, suite: string | undefined): StageSettings['door'] {
  const door = readDoor(inputs, { ...values, gateway: values.gateway ?? values.api });
  if (door && suite === undefined)
    inputs.missing('smoke_suite', 'the path of a smoke suite to send through front');
  return door;
}

/** Test requests come from `probe_suite`, else from the smoke suite. */
function probesOf(inputs: InputReader, values: Values, suite: string | undefined): StageSettings['probes'] {
  const { probes_per_minute: perMinute, probe_suite: path = suite } = values;
  if (perMinute === 0) return undefined;
  if (path === undefined)
    inputs.missing('probe_suite', 'the path of a smoke suite, since smoke_suite names none');
  return { suite: path ?? '', perMinute };
}

/** The named suite, else the one in the workspace under its usual name. */
function suiteOf(values: Values, env: Environment): string | undefined {
  const named = values.smoke_suite;
  if (named !== undefined) return named === 'none' ? undefined : named;
  return existsSync(join(env.GITHUB_WORKSPACE ?? '.', suiteFile)) ? suiteFile : undefined;
}

/** `slo`, `latency_slo` or `slo_file`, else the usual file of the workspace, else the default objective. */
async function objectivesOf(
  inputs: InputReader,
  values: Values,
  env: Environment,
): Promise<ObjectiveSettings> {
  const workspace = env.GITHUB_WORKSPACE || '.';
  if (values.slo === 'none') {
    for (const name of ['latency_slo', 'slo_file'] as const)
      if (inputs.isSet(name)) inputs.problem('slo', `expected either none or ${name}, not both`);
    return { ...defaultObjectives(undefined, values.budget_window), objectives: [] };
  }
  const named = await readObjectives(inputs, values, workspace);
  if (named) return named;
  const file = existsSync(join(workspace, sloFile)) ? await readSloFile(sloFile, workspace) : undefined;
  return defaultObjectives(file, values.budget_window);
}
