import { type Examined, partNames, worst } from '../../domain/doctor/check.ts';
import { seenFor } from '../../domain/doctor/stand-in.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { claimText } from '../../domain/login/claims.ts';
import type { LoginRequest } from '../../domain/login/request.ts';
import { judgePreflight } from '../../domain/preflight/judge.ts';
import { optionalStages, stagesOf } from '../../domain/preflight/stages.ts';
import { clientAgent, userAgent } from '../../domain/product.ts';
import { newReport } from '../../domain/report/report.ts';
import { createDoctorSources } from '../../gcp/doctor/doctor-sources.ts';
import { createFunctions } from '../../gcp/functions/functions.ts';
import { createPreflightSources } from '../../gcp/preflight/preflight-sources.ts';
import { createImages } from '../../gcp/registry/images.ts';
import { createBuilds } from '../../gcp/run/builds.ts';
import { createServices } from '../../gcp/run/services.ts';
import { readBranchRule } from '../../github/environment-rule.ts';
import { RemoteError } from '../../http/remote-error.ts';
import type { Action, Finished } from '../../runner/action.ts';
import type { Context } from '../../runner/context.ts';
import { timingOf } from '../../runner/timing.ts';
import { doctor as examine } from '../../steps/doctor/doctor.ts';
import type { PreflightResult } from '../../steps/preflight/preflight.ts';
import { chooseTarget } from '../../targets/choose.ts';
import type { examineLogin } from '../auth/doctor.ts';
import { openPlatform, type Platform } from '../login/platform.ts';
import { type PreflightSettings, runPreflight, withoutCalls } from '../preflight/preflight.ts';
import { readDoctor } from './inputs.ts';
import { wantedFiles, workflowTexts } from './wanted-files.ts';

const icons = { ok: '✓', warn: '!', bad: '✗', unknown: '?', skipped: '-' } as const;

/** Examines everything that a release will need, as the identity of this job. Changes nothing. */
export const doctor: Action<'doctor'> = (context) => examineFor(context, undefined);

/** The account that a set-up has made for releases, and a context that acts as it. */
export interface Releaser {
  account: string;
  context: Context;
}

/** The same at the end of a set-up, by the person who ran it. That account is asked for its permissions, if the person may act as it. */
export const doctorAfterSetup =
  (releaser: Releaser): Action<'doctor'> =>
  (context) =>
    examineFor(context, releaser);

async function examineFor(context: Context, releaser: Releaser | undefined): Promise<Finished<'doctor'>> {
  const read = readDoctor(context);
  context.inputs.done();
  const { log, clock, env, signal } = context;
  const platform = openPlatform(context, read.login);
  const { rest } = platform;
  const place = { project: platform.projectId, region: read.region, name: read.name };
  const services = createServices(rest);
  const functions = createFunctions({ rest, clock, log, userAgent: clientAgent });
  const target = chooseTarget(
    { functions, services, builds: createBuilds(rest), log },
    { place, kind: read.kind, fromSource: false },
  );
  const files = wantedFiles(context, read);
  const started = clock.steady();
  log.line(`Examining what a release of ${read.name} in ${place.project}/${place.region} needs.`);
  // Its claims tell the environment, and a failed login ends here with its explanation.
  await platform.tokens.accessToken(signal);
  const smoke = files.suite !== undefined && releaser === undefined;
  const stages = new Set([
    ...stagesOf.release,
    'Examine' as const,
    'Explain' as const,
    ...optionalStages.filter((stage) => stage !== 'Smoke test' || smoke),
  ]);
  const settings = {
    ...{ asked: {}, ingress: undefined, buildAccount: undefined },
    ...{ runtimeAccount: read.runtimeAccount, kind: read.kind },
  };
  const use = {
    ...{ ...withoutCalls, ...settings, stages, newRegion: true },
    ...{ counts: 'auto' as const, smoke },
  };
  const other = releaser && (await openReleaser(releaser));
  const result = await examine(
    {
      ...{ target, services, sources: createDoctorSources(rest) },
      images: createImages({
        ...{ endpoints: platform.endpoints, clock, userAgent: userAgent(context.id, 'doctor') },
        accessToken: (stop) => platform.tokens.accessToken(stop),
      }),
      runtimes: (location, stop) =>
        functions.runtimes(location, stop).catch((error: unknown) => {
          if (error instanceof RemoteError && error.isApiOff) return undefined;
          throw error;
        }),
      preflight: async () => {
        const settings: PreflightSettings = { ...place, mode: 'stop', use };
        const own = await runPreflight(context, { platform, login: read.login, target }, settings, signal);
        return releaser ? preflightFor(own, other, settings, signal) : own;
      },
      // Whoever may not act as the account of the releases, cannot ask for it.
      held: () => {
        const opened = releaser ? other : { platform };
        return opened && createPreflightSources(opened.platform.rest, target).held;
      },
      workflows: () => workflowTexts(env),
      login: () => loginPart(context, platform, read),
      // The readers of YAML load while Google answers.
      files: async () => (await import('./files.ts')).examineFiles(context, files),
      branches: (repository, environment) =>
        readBranchRule(
          { token: read.githubToken, apiUrl: env.GITHUB_API_URL },
          { repository, environment },
          signal,
        ),
    },
    {
      ...{ ...place, untried: other ? undefined : releaser?.account },
      environment: () => environmentOf(platform),
      today: new Date(clock.now()).toISOString().slice(0, 10),
      now: clock.now(),
      signal,
    },
  );
  for (const { part, state, text } of result.evidence.checks)
    log.line(`${icons[state]} ${partNames[part].padEnd(20)} ${text}`);
  const report = newReport('doctor', { ...place, service: result.service?.split('/').at(-1) });
  Object.assign(report, { inputs: context.inputs.given, verdict: result.verdict, reason: result.reason });
  report.findings = result.findings;
  report.evidence.doctor = result.evidence;
  report.evidence.preflight = result.preflight;
  report.timings.push(timingOf(context, 'doctor', started, result.verdict));
  return { report, view: async () => (await import('../../domain/summary/doctor/section.ts')).doctorView };
}

type Opened = { context: Context; platform: Platform; login: LoginRequest };

/** The account of the releases. Undefined if this person may not act as it. */
async function openReleaser({ context }: Releaser): Promise<Opened | undefined> {
  const { login } = readDoctor(context);
  context.inputs.done();
  const platform = openPlatform(context, login);
  try {
    await platform.tokens.accessToken(context.signal);
    return { context, platform, login };
  } catch (error) {
    if (error instanceof ReleaseError && error.code.startsWith('login-')) return undefined;
    throw error;
  }
}

/** What a person's preflight found, with the permissions of the account that will release. */
async function preflightFor(
  own: PreflightResult,
  releaser: Opened | undefined,
  settings: PreflightSettings,
  signal: AbortSignal,
): Promise<PreflightResult> {
  const live = { read: async () => own.live?.deployed };
  const theirs =
    releaser && (await runPreflight(releaser.context, { ...releaser, target: live }, settings, signal));
  const rows = seenFor(own.evidence.rows, theirs?.evidence.rows);
  const evidence = { ...own.evidence, member: theirs?.evidence.member, rows };
  return { ...own, ...judgePreflight(rows, evidence, settings.mode), evidence };
}

/** The provider and the accounts of a login without a key. A person's own login has none. */
async function loginPart(
  context: Context,
  platform: Platform,
  { login, githubToken }: Pick<ReturnType<typeof readDoctor>, 'login' | 'githubToken'>,
): Promise<Examined | undefined> {
  if (platform.tokens.claims() === undefined) return undefined;
  const { findings, verdict } = await examineWith(context, platform, {
    login,
    providerFile: undefined,
    githubToken,
  });
  const shown = findings.filter(({ severity }) => severity !== 'info');
  if (shown.length === 0 && verdict === 'inconclusive') {
    const unread = findings.filter(({ commands = [] }) => commands.length > 1);
    const [first = { title: 'The provider could not be read.' }] = unread;
    return { part: 'login', state: 'unknown', text: `The login works. ${first.title}`, findings: unread };
  }
  return {
    part: 'login',
    state: worst(shown),
    text: shown[0]?.title ?? 'The login works, and the provider keeps every other repository out.',
    findings: shown,
  };
}

async function examineWith(
  context: Context,
  platform: Platform,
  patient: Parameters<typeof examineLogin>[2],
) {
  const probe = newReport('auth');
  // The doctor of the login writes its own lines, which the list of parts repeats.
  const quiet = { ...context.log, line: context.log.debug };
  const { examineLogin } = await import('../auth/doctor.ts');
  const verdict = await examineLogin({ ...context, log: quiet }, platform, patient, probe);
  return { findings: probe.findings, verdict };
}

function environmentOf({ tokens }: Pick<Platform, 'tokens'>) {
  const claims = tokens.claims() ?? {};
  const repository = claimText(claims, 'repository');
  const environment = claimText(claims, 'environment');
  return repository && environment ? { repository, environment } : undefined;
}
