import { changeLine } from '../../domain/deploy/plan-text.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Attempt, DeployRun } from '../../steps/deploy/ports.ts';
import type { RunService } from '../../steps/ports/services.ts';
import { showLive } from '../show-live.ts';
import { runIngress } from './config.ts';
import { deployedService } from './describe.ts';
import { changeFailure } from './failure.ts';
import { type Awaited, awaitRevision } from './follow.ts';
import { awaitJoined } from './join.ts';
import { withOwnRevision } from './own-revision.ts';
import { type Content, carriesAll, type Planned, planService } from './plan.ts';
import type { RunPorts } from './world.ts';

/** One deploy of a service: what it was before, and what is sent. */
export interface RunDeploy {
  run: DeployRun;
  ports: RunPorts;
  /** projects/P/locations/L/services/S */
  name: string;
  service: RunService | undefined;
  content: Content;
  logContent(): void;
  /** The change is under way already: an interrupted attempt of this deploy has sent it. */
  joins?: boolean;
}

/** Plans a change of a service of Cloud Run, and carries it out. */
export function attemptOf(deploy: RunDeploy): Attempt {
  const { run, ports, name, content } = deploy;
  const { request, result } = run;
  const { signal } = request;
  let before = deploy.service;
  let planned = planService(request, before, content, ports.sha256);
  let after: RunService | undefined;
  let operation: string | undefined;
  let joined = deploy.joins === true;
  /** The change is that of this process, whether it got its answer or not. */
  let isOwn = false;
  const live = before && deployedService(before);
  showLive(run, live, before);
  result.sourceSha256 = content.sha256;
  result.image = content.image;
  const awaitNew = async (awaited: Omit<Awaited, 'before'>) => {
    // A build that fails may leave no trace on the service, so the operation is asked as well.
    const ended = await awaitRevision(ports, { ...awaited, before });
    return { ...ended, made: ended.service.latestCreatedRevision !== before?.latestCreatedRevision };
  };
  const awaitEnd = async () => {
    const own = { name, deadline: run.deadline, signal };
    const { build } = content;
    const ended =
      joined && build
        ? await awaitJoined(ports, { ...own, labels: planned.labels, build })
        : await awaitNew({ ...own, operation: build && operation });
    if (!ended.made || !isOwn) return ended;
    const change = { ...own, before, after: ended.service, labels: planned.ownLabels, content };
    return { ...ended, service: await withOwnRevision(ports, change) };
  };
  const end = async () => {
    const { service, refusal, made } = await awaitEnd();
    after = service;
    const isReady = made && after.latestReadyRevision === after.latestCreatedRevision;
    if (isReady) return;
    const stage = made || content.build === undefined ? 'SERVICE' : 'BUILD';
    const build = stage === 'BUILD' ? await content.build?.(after) : undefined;
    // An image is named by the digest that was tried, because its tag may have moved since.
    const tried = { ...request, image: content.image };
    throw await changeFailure(ports, tried, { service: after, stage, build: build?.id, refusal });
  };
  return {
    plan: planned.plan,
    live,
    service: before,
    ours: joined ? { operation: undefined } : undefined,
    logContent: deploy.logContent,
    begin: async (pinned) => {
      // The pin has changed the service, so the etag that was read first is out of date.
      before = pinned ?? before;
      if (joined) return { operation: undefined, joined };
      if (content.upload) {
        await content.upload();
        planned = planService(request, before, content, ports.sha256);
      }
      run.sent = true;
      for (let tries = 1; ; tries++) {
        const sent = await send(deploy, before, planned);
        if (sent !== 'conflict') {
          operation = sent;
          isOwn = true;
          return { operation: sent, joined: false };
        }
        const now = await ports.services.get(name, signal);
        isOwn = request.release !== undefined && carriesAll(now?.labels, planned.ownLabels);
        if (isOwn || (now && isSame(now, before, planned))) {
          result.created = before === undefined;
          joined = true;
          return { operation: undefined, joined };
        }
        checkConflict(deploy, before, now, planned, tries);
        before = now;
        planned = planService(request, now, content, ports.sha256);
        result.plan = { ...planned.plan, iam: result.plan.iam };
        await ports.clock.sleep(Math.min(5000, 200 * 2 ** tries), signal);
      }
    },
    end,
    read: async () => {
      after ??= await ports.services.get(name, signal);
      return after && deployedService(after);
    },
    setIngress: async (wanted) => {
      const now = await fresh(deploy);
      const body = { ingress: runIngress(wanted), etag: now.etag };
      const begun = await ports.writer.change(name, body, { mask: ['ingress'], force: false, signal });
      if (begun === 'conflict')
        throw new ReleaseError('deploy-conflict', {
          what: `The ingress of ${request.name} was not set to ${wanted}: something else changed the service at the same moment.`,
          fix: 'Run the job again.',
        });
      after = await fresh(deploy);
      return deployedService(after);
    },
  };
}

async function fresh({ ports, name, run }: RunDeploy): Promise<RunService> {
  const service = await ports.services.get(name, run.request.signal);
  if (service) return service;
  throw new ReleaseError('deploy-conflict', {
    what: `The service ${run.request.name} was deleted while it was being deployed.`,
    fix: 'Look at who deleted it, then run the job again.',
  });
}

/** Sends the change once. Returns the name of the operation, if Cloud Run names it. */
async function send(
  { ports, name, run }: RunDeploy,
  service: RunService | undefined,
  { draft, force }: Planned,
): Promise<string | undefined | 'conflict'> {
  const { request, result } = run;
  const { signal } = request;
  const closed = request.onExposed === 'internal' ? { ingress: 'INGRESS_TRAFFIC_INTERNAL_ONLY' } : {};
  const begun = service
    ? await ports.writer.change(
        name,
        { ...draft.body, etag: service.etag },
        { mask: [...draft.mask].sort(), force: force || request.force === true, signal },
      )
    : await ports.writer.create(name, { ...draft.body, ...closed }, signal);
  if (begun === 'conflict') return 'conflict';
  if (begun.error)
    throw new ReleaseError('deploy-failed', { what: `Cloud Run refused the change: ${begun.error.message}` });
  run.act(`${service ? 'updated' : 'created'} the service ${request.name}`);
  result.created = service === undefined;
  return begun.operation;
}

/**
 * Another run has deployed the same content and settings: the service carries the labels for them now, and did not before. Others copy
 * labels, but only those that they find.
 */
const isSame = (now: RunService, before: RunService | undefined, { labels }: Planned): boolean =>
  carriesAll(now.labels, labels) && !carriesAll(before?.labels, labels);

/** Throws if another deploy was faster. A change of traffic or of annotations is no reason to stop. */
function checkConflict(
  { run, content, ports }: RunDeploy,
  before: RunService | undefined,
  now: RunService | undefined,
  planned: Planned,
  tries: number,
): void {
  const { request } = run;
  const other = now?.latestCreatedRevision !== before?.latestCreatedRevision;
  if (tries < 20 && ports.clock.steady() < run.deadline && now && (!other || request.onConflict === 'rebase'))
    return;
  const changes = now ? planService(request, now, content, ports.sha256).plan.changes : planned.plan.changes;
  throw new ReleaseError('deploy-conflict', {
    what: now
      ? `Another deploy changed ${request.name} at the same time.`
      : `The service ${request.name} was deleted while it was being deployed.`,
    why: `This deploy was planned without that change. It would now change: ${changes.slice(0, 6).map(changeLine).join('; ') || 'what it runs'}.`,
    fix: 'Run the job again to plan from the current state, or set on_conflict: rebase.',
  });
}
