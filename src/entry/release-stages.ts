import { objectOf } from '../domain/deploy/json.ts';
import { likelyService } from '../domain/deploy/limits.ts';
import { configLabel, sourceLabel } from '../domain/deploy/settings.ts';
import { ReleaseError } from '../domain/errors.ts';
import { explainInvocation, invocationOf } from '../domain/login/explain-call.ts';
import type { Objective } from '../domain/watch/objective.ts';
import type { OpenEnd, OpenEndPolicy } from '../domain/watch/outcome.ts';
import type { WatchState } from '../domain/watch/state.ts';
import { createExposureSources } from '../gcp/exposure-sources.ts';
import { createProber } from '../http/probe.ts';
import { budgetGate } from '../steps/budget.ts';
import { type CountRequest, countRevision } from '../steps/count-revision.ts';
import { deploy } from '../steps/deploy.ts';
import type { DeployRequest, DeployResult } from '../steps/deploy-types.ts';
import { guard } from '../steps/guard.ts';
import type { Functions, Log, Prober, SliSource, SourceTree } from '../steps/ports.ts';
import type { ProvePorts } from '../steps/prove-back.ts';
import type { DeployStage, ReleaseStages, WatchStage, WatchTarget } from '../steps/release-ports.ts';
import { smokeTest } from '../steps/smoke-test.ts';
import { watch } from '../steps/watch.ts';
import type { Context } from './context.ts';
import { evidenceOf } from './deploy.ts';
import { deployPorts } from './deploy-ports.ts';
import type { Platform } from './platform.ts';
import { createSmokePorts } from './smoke-ports.ts';

/** The guard's, the smoke test's and the watch's part of a release's inputs. */
export interface StageSettings {
  deploy: Omit<DeployRequest, 'noTraffic' | 'dryRun'>;
  requireProof: 'partial' | 'complete';
  trusted: readonly string[];
  propagationSeconds: number;
  /** Path of the suite in the workspace. */
  suite: string | undefined;
  objectives: readonly Objective[];
  pollSeconds: number;
  alpha: number | undefined;
  until: 'pass' | 'duration';
  policy: Partial<Record<OpenEnd, OpenEndPolicy>>;
  /** How long the old revision is counted after a rollback; 0 only calls it. */
  verifySeconds: number;
  windowSeconds: number;
  onExhausted: 'block' | 'warn';
  /** Why this release cannot wait although the budget is spent. */
  override: string | undefined;
}

/** Binds the stages of a release to Google Cloud, each under its own ports. `source` is opened by the caller. */
export function bindStages(
  context: Context,
  platform: Platform,
  settings: StageSettings,
  source: SliSource,
): ReleaseStages {
  const { rest, endpoints, tokens } = platform;
  const { clock, log } = context;
  const { project, region, name } = settings.deploy;
  const prober = createProber(endpoints, `guarded-release/1 (${context.id})`);
  const ports = { ...deployPorts(context, platform), exposure: 'by-caller' as const };
  const guardPorts = { clock, log, prober, services: ports.services, exposure: createExposureSources(rest) };
  const { suite, objectives } = settings;

  return {
    guard: (mode, signal) => {
      const { requireProof, trusted, propagationSeconds } = settings;
      return guard(guardPorts, {
        project,
        region,
        name,
        mode,
        requireProof,
        trusted,
        propagationSeconds,
        signal,
      });
    },
    deploy: async ({ plan, expect }, signal) => {
      const request = { ...settings.deploy, noTraffic: true, dryRun: plan, tags: ['gr-c', 'gr-b'], signal };
      const beforeWrite = () => stillExpected(ports.functions, request, expect);
      let tree: SourceTree | undefined;
      const scan: typeof ports.sources.scan = async (...given) => {
        tree = await ports.sources.scan(...given);
        return tree;
      };
      const result = await deploy(
        { ...ports, sources: { ...ports.sources, scan } },
        { ...request, beforeWrite },
      );
      return deployed(request, result, tree);
    },
    ...(suite === undefined
      ? {}
      : {
          smoke: ({ url, audience, service }, signal) =>
            smokeTest(createSmokePorts(context, endpoints, tokens), {
              suite,
              target: { url, audience, invocation: invocationOf(service ?? '', audience, platform.invoker) },
              signal,
            }),
        }),
    alive: (url) =>
      alive(prober, platform, log, url, `projects/${project}/locations/${region}/functions/${name}`),
    ...(objectives.length === 0
      ? {}
      : {
          budget: (service, signal) => {
            const { windowSeconds, onExhausted, override } = settings;
            return budgetGate(
              { clock, log, source },
              { service, objectives, windowSeconds, onExhausted, override, signal },
            );
          },
          watch: (target, signal) => watchTarget(context, source, settings, target, signal),
        }),
    ...(objectives.length === 0 || settings.verifySeconds === 0
      ? {}
      : {
          rate: rateOf(context, source, {
            objectives,
            seconds: settings.verifySeconds,
            pollSeconds: settings.pollSeconds,
          }),
        }),
  };
}

/** What was planned was planned on the function as it was: somebody else's deploy in between is a conflict. */
async function stillExpected(
  functions: Functions,
  request: DeployRequest,
  expect: string | undefined,
): Promise<void> {
  if (expect === undefined || request.onConflict === 'rebase') return;
  const { project, region, name } = request;
  const live = await functions.get(
    `projects/${project}/locations/${region}/functions/${name}`,
    request.signal,
  );
  if (live?.updateTime === expect) return;
  throw new ReleaseError('deploy-conflict', {
    what: `Somebody else has deployed ${name} since this release was planned.`,
    why: `The function was updated at ${String(live?.updateTime ?? 'an unknown time')}, and not at ${expect} as planned.`,
    fix: 'Look at what they deployed and run this job again, or set on_conflict: rebase to build on it.',
  });
}

/** Of a deploy, what a release decides by. */
function deployed(request: DeployRequest, result: DeployResult, tree: SourceTree | undefined): DeployStage {
  const { source, changes, action } = result.plan;
  const { verdict, reason, findings, revision, service, url, unchanged, functionUpdateTime } = result;
  return {
    ...{ verdict, reason, findings, revision, service, url, unchanged, functionUpdateTime },
    marks: marksOf(result),
    sameAsFunction: !source.changed && changes.length === 0 && action !== 'create',
    evidence: evidenceOf(request, result, tree),
  };
}

/** The digests that a deploy leaves in the function's labels. */
function marksOf({ plan }: DeployResult): Record<string, string> {
  const labels = objectOf(plan.message.labels);
  const own = [sourceLabel, configLabel].map((name) => [name, labels[name]] as const);
  return Object.fromEntries(own.filter((pair): pair is [string, string] => typeof pair[1] === 'string'));
}

function watchTarget(
  context: Context,
  source: SliSource,
  settings: StageSettings,
  target: WatchTarget,
  signal: AbortSignal,
): Promise<WatchStage> {
  const { clock, log } = context;
  const { service, candidate, baseline, share, phase, shiftedAt, settledAt, tagUrls } = target;
  const { splitSeconds, fullSeconds, onState } = target;
  const { objectives, until, pollSeconds, policy, alpha } = settings;
  return watch(
    { clock, log, source },
    {
      ...{ service, candidate, baseline, share, phase, shiftedAt, settledAt, tagUrls },
      ...{ splitSeconds, fullSeconds },
      ...{ objectives, until, pollSeconds, policy, alpha, signal },
      durationSeconds: target.seconds,
      last: phase === 'full',
      onProgress: (_, state) => onState?.(state),
      state: target.state as WatchState | undefined,
    },
  );
}

/** Counts a revision's own requests from a moment on, for the proof of a rollback. */
export function rateOf(
  { clock, log }: Pick<Context, 'clock' | 'log'>,
  source: SliSource,
  settings: Pick<CountRequest, 'objectives' | 'seconds' | 'pollSeconds'>,
): NonNullable<ProvePorts['rate']> {
  return (service, revision, since, signal) => {
    const from = settings.seconds > 0 ? since : since - historyMs;
    return countRevision({ clock, log, source }, { ...settings, service, revision, since: from, signal });
  };
}

/** Where nobody waits for new requests, those of so many milliseconds before have to tell. */
const historyMs = 600_000;

/**
 * One call with a token: any answer of the function itself will do, an error of the platform or none will not. Where
 * our token is refused, the log says why and how to repair it.
 */
export async function alive(
  prober: Prober,
  { tokens, invoker }: Pick<Platform, 'tokens' | 'invoker'>,
  log: Log,
  url: string,
  functionName: string,
): Promise<string> {
  const token = await tokens.idToken(url);
  const answer = await prober.probe(url, { method: 'GET', token, timeoutMs: 10_000 });
  if (answer.status === 0 || answer.status >= 500)
    throw new ReleaseError('remote-error', {
      what:
        answer.status === 0
          ? `it did not answer (${answer.error ?? 'no reason'})`
          : `it answers ${answer.status}`,
    });
  const service = functionName.replace('/functions/', '/services/');
  const call = invocationOf(likelyService(service), url, invoker);
  const refused = call && explainInvocation(answer.status, call);
  if (refused) for (const text of [`${refused.what} ${refused.why}`, refused.fix]) log.line(`  ${text}`);
  return `it answers ${answer.status}`;
}
