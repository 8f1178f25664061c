import { createHash } from 'node:crypto';
import { objectOf } from '../domain/deploy/json.ts';
import { ReleaseError } from '../domain/errors.ts';
import type { Objective } from '../domain/watch/objective.ts';
import type { OpenEnd, OpenEndPolicy } from '../domain/watch/outcome.ts';
import type { WatchState } from '../domain/watch/state.ts';
import { createBuildLogs } from '../gcp/build-logs.ts';
import { createExposureSources } from '../gcp/exposure-sources.ts';
import { createSources } from '../gcp/sources.ts';
import { createProber } from '../http/probe.ts';
import { createSmokeHttp } from '../http/smoke-client.ts';
import { createLogging } from '../sli/logging.ts';
import { deploy } from '../steps/deploy.ts';
import type { DeployRequest } from '../steps/deploy-types.ts';
import { guard } from '../steps/guard.ts';
import type { Clock, Functions, Log, Prober, Services, SliSource, Tokens } from '../steps/ports.ts';
import type { DeployStage, ReleaseStages } from '../steps/release-ports.ts';
import { smokeTest } from '../steps/smoke-test.ts';
import { watch } from '../steps/watch.ts';
import type { Platform } from './platform.ts';
import { suiteFiles } from './suite-files.ts';

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
}

export interface StageWorld {
  platform: Platform;
  functions: Functions;
  services: Services;
  clock: Clock;
  log: Log;
  redact: (text: string) => string;
  addSecret: (value: string) => void;
  userAgent: string;
  workspace: string;
  temp: string | undefined;
  /** Other than the request logs. */
  source?: SliSource;
}

/** Binds the stages of a release to Google Cloud, each under its own ports. */
export function bindStages(world: StageWorld, settings: StageSettings): ReleaseStages {
  const { platform, clock, log, functions, services } = world;
  const { rest, endpoints, tokens } = platform;
  const { project, region, name } = settings.deploy;
  const prober = createProber(endpoints, world.userAgent);
  const exposure = createExposureSources(rest);
  const sources = createSources({
    endpoints,
    clock,
    redact: world.redact,
    addSecret: world.addSecret,
    temp: world.temp,
  });
  const source = world.source ?? createLogging({ rest, clock, projectId: project, region });
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const buildLogs = createBuildLogs(rest);

  return {
    guard: async (mode, signal) => {
      const { requireProof, trusted, propagationSeconds } = settings;
      const request = { project, region, name, mode, requireProof, trusted, propagationSeconds, signal };
      return guard({ clock, log, prober, services, exposure }, request);
    },

    deploy: async ({ plan }, signal): Promise<DeployStage> => {
      const ports = {
        functions,
        services,
        sources,
        buildLogs,
        clock,
        log,
        sha256,
        exposure: 'by-caller' as const,
      };
      const result = await deploy(ports, {
        ...settings.deploy,
        noTraffic: true,
        dryRun: plan,
        tags: ['gr-c', 'gr-b'],
        signal,
      });
      const { source: digest, changes, message, ...rest } = result.plan;
      return {
        verdict: result.verdict,
        reason: result.reason,
        findings: result.findings,
        revision: result.revision,
        service: result.service,
        url: result.url,
        unchanged: result.unchanged,
        sameAsFunction: !digest.changed && changes.length === 0 && result.plan.action !== 'create',
        functionUpdateTime: result.functionUpdateTime,
        evidence: {
          source: digest,
          changes,
          mask: rest.mask,
          service: rest.service,
          labels: objectOf(message.labels),
          operation: result.operation,
        },
      };
    },

    ...(settings.suite === undefined ? {} : { smoke: smokeWith(world, settings.suite) }),

    alive: (url) => alive(prober, tokens, url),

    ...(settings.objectives.length === 0
      ? {}
      : {
          watch: async (target, signal) => {
            const { shiftedAt, settledAt, splitSeconds, service, candidate, share, phase, tagUrls } = target;
            return watch(
              { clock, log, source },
              {
                service,
                candidate,
                baseline: target.baseline,
                share,
                phase,
                objectives: settings.objectives,
                durationSeconds: target.seconds,
                splitSeconds,
                ...(phase === 'full' ? { fullSeconds: target.seconds } : {}),
                alpha: settings.alpha,
                shiftedAt,
                settledAt,
                until: settings.until,
                last: phase === 'full',
                pollSeconds: settings.pollSeconds,
                state: target.state as WatchState | undefined,
                policy: settings.policy,
                tagUrls,
                signal,
              },
            );
          },
        }),
  };
}

function smokeWith(world: StageWorld, suite: string): NonNullable<ReleaseStages['smoke']> {
  const { platform, clock, log } = world;
  const http = createSmokeHttp(platform.endpoints, world.userAgent);
  const files = suiteFiles(world.workspace);
  return ({ url, audience }, signal) =>
    smokeTest(
      { http, files, clock, log, tokens: platform.tokens },
      { suite, target: { url, audience }, signal },
    );
}

/** One call with a token: any answer of the function itself will do, an error of the platform or none will not. */
async function alive(prober: Prober, tokens: Tokens, url: string): Promise<string> {
  const token = await tokens.idToken(url);
  const answer = await prober.probe(url, { method: 'GET', token, timeoutMs: 10_000 });
  if (answer.status === 0 || answer.status >= 500)
    throw new ReleaseError('remote-error', {
      what:
        answer.status === 0
          ? `it did not answer (${answer.error ?? 'no reason'})`
          : `it answers ${answer.status}`,
    });
  return `it answers ${answer.status}`;
}
