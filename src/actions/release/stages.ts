import { supplyOf } from '../../domain/capacity/supply.ts';
import { objectOf } from '../../domain/data/json.ts';
import { likelyService, shortName } from '../../domain/data/resource-name.ts';
import { contentWord } from '../../domain/deploy/plan-text.ts';
import { withModel } from '../../domain/deploy/with-model.ts';
import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import { invocationOf } from '../../domain/invocation/refusal.ts';
import type { LoginRequest } from '../../domain/login/request.ts';
import { configLabel, ownTags, sourceLabel, userAgent } from '../../domain/product.ts';
import { takenBackIn } from '../../domain/traffic/taken-back.ts';
import { createExposureSources } from '../../gcp/exposure/exposure-sources.ts';
import { createProber } from '../../http/probe.ts';
import type { Context } from '../../runner/context.ts';
import { budgetGate } from '../../steps/budget/gate.ts';
import { deploy } from '../../steps/deploy/deploy.ts';
import type { DeployRequest, DeployResult } from '../../steps/deploy/ports.ts';
import { guard, guardDefaults } from '../../steps/guard/guard.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { SliSource } from '../../steps/ports/sli.ts';
import type { Deployed, DeployTarget } from '../../steps/ports/target.ts';
import type { DeployStage, ReleaseStages } from '../../steps/release/ports.ts';
import { type AskedDoor, knock, throughDoor } from '../../steps/smoke/door.ts';
import type { SmokeRequest, SmokeTarget } from '../../steps/smoke/ports.ts';
import { smokeTest } from '../../steps/smoke/smoke-test.ts';
import { evidenceOf } from '../deploy/deploy.ts';
import { deployPorts } from '../deploy/ports.ts';
import type { Platform } from '../login/platform.ts';
import { alive, rateOf } from '../rollback/serving-proof.ts';
import { carriedModel } from '../smoke-test/carried-model.ts';
import { doorPorts, isOwnIap, ownAudience, placedDoor } from '../smoke-test/door.ts';
import { createSmokePorts } from '../smoke-test/ports.ts';
import { bindGateway } from './gateway-stage.ts';
import { bindModel } from './model-stage.ts';
import type { StageSettings } from './stage-settings.ts';
import { bindWatch } from './watch-stage.ts';

/** Binds each stage of a release to its ports on Google Cloud. The caller opens `source`. */
export function bindStages(
  context: Context,
  { platform, login }: { platform: Platform; login: LoginRequest },
  settings: StageSettings,
  source: SliSource,
): ReleaseStages {
  const { rest, endpoints, tokens } = platform;
  const { clock, log } = context;
  const { project, region, name } = settings.deploy;
  const prober = createProber(endpoints, userAgent(context.id));
  const ports = {
    ...deployPorts(context, platform, {
      place: { project, region, name },
      kind: settings.deploy.kind,
      fromSource: settings.deploy.image === undefined,
    }),
    exposure: 'by-caller' as const,
  };
  const exposure = createExposureSources(rest, settings.deploy.kind);
  const guardPorts = { clock, log, prober, services: ports.services, exposure };
  const { suite, objectives } = settings;
  const printed = new Set<string>();
  const door = settings.door && placedDoor(settings.door, { project, region });
  const model = bindModel(context, platform, settings, ports.services);

  const modelOf = (service: string, revision: string) =>
    carriedModel(ports.services, service, revision, model.resolved()?.asked);

  return {
    preflight: async (signal) => {
      // Its code is loaded while the login is under way.
      const [{ tryRelease }] = await Promise.all([
        import('./preflight-stage.ts'),
        tokens.accessToken(signal),
      ]);
      return tryRelease(
        context,
        { platform, login, target: ports.target, images: ports.images, prober },
        settings,
        signal,
      );
    },
    ...(settings.asksAlerts
      ? {
          alerts: async (signal) => {
            const { readOpenAlerts } = await import('../../gcp/alerts/open-alerts.ts');
            return readOpenAlerts(rest, { project, region, names: [likelyService(name), name] }, signal);
          },
        }
      : {}),
    guard: (mode, { brief, signal }) => {
      const { requireProof, trusted, propagationSeconds } = settings;
      return guard(guardPorts, {
        ...guardDefaults,
        identity: platform.member,
        project,
        region,
        name,
        mode,
        requireProof,
        trusted,
        propagationSeconds,
        brief,
        signal,
      });
    },
    deploy: async ({ plan, expect, onBegun }, signal) => {
      const request = {
        ...withModel(settings.deploy, model.resolved()),
        noTraffic: true,
        dryRun: plan,
        tags: ownTags,
        release: context.id,
        signal,
      };
      const beforeWrite: DeployRequest['beforeWrite'] = (_plan, live) =>
        stillExpected(ports.target, request, expect, live);
      const result = await deploy(
        { ...ports, log: detailsOnce(log, printed) },
        { ...request, beforeWrite, ...(onBegun ? { onBegun } : {}) },
      );
      return deployed(request, result);
    },
    ...(suite === undefined
      ? {}
      : {
          smoke: async ({ url, audience, revision, service = '', champion: beside }, signal) => {
            const smokePorts = createSmokePorts(context, endpoints, tokens);
            const behind = { service, url, audience, caller: platform.invoker };
            const target: SmokeTarget = isOwnIap(door)
              ? await throughDoor(doorPorts(smokePorts, platform), door as AskedDoor, behind, signal)
              : {
                  url,
                  audience,
                  behindGoogle: true,
                  invocation: invocationOf(service, audience, platform.invoker),
                  supply: async (stop) => {
                    const live = await ports.services.get(service, stop);
                    return live && supplyOf(live.raw, live.scaling);
                  },
                };
            const champion: Pick<SmokeRequest, 'champion' | 'noChampion'> = isOwnIap(door)
              ? { noChampion: 'Identity-Aware Proxy stands in front' }
              : typeof beside === 'string'
                ? { noChampion: beside }
                : { champion: { ...target, ...beside } };
            return smokeTest(smokePorts, {
              ...{ suite, ...champion, signal },
              target: { ...target, model: modelOf(service, revision) },
            });
          },
        }),
    ...(suite === undefined || door === undefined
      ? {}
      : {
          door: {
            knock: (signal) => knock(doorPorts(createSmokePorts(context, endpoints), platform), door, signal),
            test: async ({ url, audience, revision, service = '' }, signal) => {
              const smokePorts = createSmokePorts(context, endpoints, tokens);
              const behind = { service, url, audience, caller: platform.invoker };
              const target = await throughDoor(doorPorts(smokePorts, platform), door, behind, signal);
              const carried = revision === undefined ? undefined : modelOf(service, revision);
              return smokeTest(smokePorts, { suite, target: { ...target, model: carried }, signal });
            },
          },
        }),
    ...(model.stage === undefined ? {} : { model: model.stage }),
    ...(settings.gateway === undefined ? {} : { gateway: bindGateway(context, platform, settings) }),
    alive: (url, signal) =>
      alive(prober, platform, log, url, { project, region, name }, signal, ownAudience(door, url)),
    ...(objectives.length === 0
      ? {}
      : {
          budget: async (service, signal) => {
            const { windowSeconds, onExhausted, override } = settings;
            const onBlind = settings.policy.blind;
            const [gate] = await Promise.all([
              budgetGate(
                { clock, log, source },
                {
                  ...{ service, objectives, windowSeconds, onExhausted, override, onBlind, signal },
                  stopIfRefused: settings.stopIfRefused,
                  readTakenBack: async () => takenBackIn(await ports.services.get(service, signal)),
                },
              ),
              // A quota that leaves the watch nothing ends the release before it changes anything.
              countable(source, log, service, signal),
            ]);
            return gate;
          },
          countable: (service, signal) => countable(source, log, service, signal),
          watch: bindWatch(context, platform, { source, services: ports.services }, settings),
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

/** If a source cannot be read for a reason other than its quota, the watch itself reports that and its remedy. */
async function countable(source: SliSource, log: Log, service: string, signal: AbortSignal): Promise<void> {
  try {
    await source.ready?.({ service: shortName(service) ?? '' }, signal);
  } catch (error) {
    if (signal.aborted || (error instanceof ReleaseError && error.code === 'quota-spent')) throw error;
    log.debug(`Can ${source.name} be read? ${messageOf(error)}`);
  }
}

/** A log that prints the same details and warnings only once: those of the plan, and of the deploy only if they differ. */
const detailsOnce = (log: Log, printed: Set<string>): Log => ({
  ...log,
  warning: (text) => {
    if (!printed.has(text)) log.warning(text);
    printed.add(text);
  },
  detail: (title, lines) => {
    const text = [title, ...lines].join('\n');
    if (!printed.has(text)) log.detail(title, lines);
    printed.add(text);
  },
});

/** The plan belongs to the function as it was then. Throws `deploy-conflict` if another deploy has changed it since. */
async function stillExpected(
  target: DeployTarget,
  request: DeployRequest,
  expect: string | undefined,
  read: Deployed | undefined,
): Promise<void> {
  if (expect === undefined || request.onConflict === 'rebase') return;
  const { name } = request;
  // The etag of a service refuses every later change. A function has none, so it is read once more.
  const live = read && read.kind !== 'function' ? read : await target.read(request.signal);
  if (live?.version === expect) return;
  throw new ReleaseError('deploy-conflict', {
    what: `Another deploy has changed ${name} since this release was planned.`,
    why: `The function was updated at ${live?.updatedAt ?? 'an unknown time'}, but the plan was made for its state of ${expect}.`,
    fix: 'Look at what was deployed and run this job again, or set on_conflict: rebase to build on it.',
  });
}

/** The part of a deploy's result that a release needs. */
function deployed(request: DeployRequest, result: DeployResult): DeployStage {
  const { source, changes, action } = result.plan;
  const { verdict, reason, findings, revision, service, url, unchanged } = result;
  return {
    ...{ verdict, reason, findings, revision, service, url, unchanged },
    version: result.deployed?.version,
    updatedAt: result.deployed?.updatedAt,
    content: contentWord(result.plan),
    labels: labelsOf(result),
    sameAsFunction: !source.changed && changes.length === 0 && action !== 'create',
    evidence: evidenceOf(request, result),
  };
}

/** The labels with digests of source and settings that a deploy gives the function. */
function labelsOf({ plan }: DeployResult): Record<string, string> {
  const labels = objectOf(plan.message.labels);
  const own = [sourceLabel, configLabel].map((name) => [name, labels[name]] as const);
  return Object.fromEntries(own.filter((pair): pair is [string, string] => typeof pair[1] === 'string'));
}
