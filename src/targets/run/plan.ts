import { type Json, type JsonObject, objectOf, textOf } from '../../domain/data/json.ts';
import { lossesOf, mergedSettings } from '../../domain/deploy/merge.ts';
import { type DeployPlan, makePlan } from '../../domain/deploy/plan.ts';
import { configText } from '../../domain/deploy/settings.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { labelOf } from '../../domain/model/model.ts';
import { configLabel, modelLabel, releaseLabel, sourceLabel } from '../../domain/product.ts';
import { labelDigest } from '../../domain/source/manifest.ts';
import { allocationText, servingAllocations, soleServing } from '../../domain/traffic/serving.ts';
import type { DeployRequest } from '../../steps/deploy/ports.ts';
import type { Build } from '../../steps/ports/builds.ts';
import type { RunRevision, RunService } from '../../steps/ports/services.ts';
import { applySettings, type Draft, draftFrom, setRevisionLabels } from './apply.ts';
import { configOf } from './config.ts';

/** What a driver of Cloud Run deploys: an image, or source that Cloud Run builds. */
export interface Content {
  /** SHA-256 in hex. */
  sha256: string;
  /** The digest that the live service has, if it shows. Undefined: only the label says it. */
  live(service: RunService): string | undefined;
  /** The image, for people. Undefined for source. */
  image: string | undefined;
  files: number;
  bytes: number;
  /** Brings it to where Cloud Run finds it, before the change is sent. Absent if it is there already. */
  upload?(): Promise<void>;
  /** Puts it into the draft. */
  apply(draft: Draft): void;
  /** Can a revision have this content? */
  holds(revision: RunRevision, after: RunService, before: RunService | undefined): boolean;
  /** The build of a service's source. Undefined if it cannot be found. Absent if nothing is built. */
  build?(service: RunService): Promise<Build | undefined>;
}

/** The labels of a service, and of its revision, by which a later deploy knows what this one has sent. */
export const labelsOf = (
  request: DeployRequest,
  contentSha256: string,
  sha256: (text: string) => string,
): Record<string, string> => ({
  [sourceLabel]: labelDigest(contentSha256),
  [configLabel]: labelDigest(sha256(configText(request.settings))),
});

/** Does something carry these labels? */
export const carriesAll = (
  labels: Readonly<Record<string, Json | undefined>> | undefined,
  wanted: Readonly<Record<string, string>>,
): boolean => Object.entries(wanted).every(([label, value]) => labels?.[label] === value);

export interface Planned {
  plan: DeployPlan;
  draft: Draft;
  labels: Record<string, string>;
  /** These labels, and the one that names this run. An attempt that joins the change of another has only the first ones. */
  ownLabels: Record<string, string>;
  /** The new revision would have the same template, so Cloud Run must be told to make one. */
  force: boolean;
}

/** Plans from the service as it is now. Undefined means that there is none. */
export function planService(
  request: DeployRequest,
  service: RunService | undefined,
  content: Content,
  sha256: (text: string) => string,
): Planned {
  const config = service && configOf(service);
  refuseLosses(request, config);
  const settings = mergedSettings(request.settings, config, request);
  const own = labelsOf(request, content.sha256, sha256);
  const shown = service && content.live(service);
  // The template itself says what is live. A label only says what was asked for.
  const live =
    config && shown !== undefined
      ? {
          ...config,
          labels: {
            ...objectOf(config.labels),
            [sourceLabel]: labelDigest(shown),
            [configLabel]: own[configLabel] ?? '',
          },
        }
      : config;
  const latest = service?.latestCreatedRevision;
  const plan = makePlan({
    live,
    settings,
    sourceDigest: own[sourceLabel] ?? '',
    configDigest: own[configLabel] ?? '',
    model: request.model,
    files: content.files,
    bytes: content.bytes,
    allTraffic: undefined,
    built: service?.settled === true && service.latestReadyRevision === latest && !request.force,
    serving: service !== undefined && latest !== undefined && soleServing(service) === latest,
  });
  if (content.image !== undefined) plan.source.image = content.image;
  const draft = draftFrom(service?.raw);
  const model = request.model === undefined ? {} : { [modelLabel]: labelOf(request.model) };
  const ownLabels = {
    ...own,
    ...model,
    ...(request.release === undefined ? {} : { [releaseLabel]: request.release }),
  };
  const labels = { ...objectOf(plan.message.labels), ...ownLabels };
  const before = JSON.stringify(draft.body.template);
  applySettings(draft, new Map<string, Json>([...settings, ['labels', labels]]), request.project);
  content.apply(draft);
  // A template goes on carrying the labels of the revision before.
  setRevisionLabels(draft, { [modelLabel]: textOf(labels[modelLabel]), ...ownLabels });
  const force = service !== undefined && JSON.stringify(draft.body.template) === before;
  plan.mask = service ? [...draft.mask].sort() : [];
  plan.service.push(...trafficPlan(request, service, plan));
  return { plan, draft, labels: own, ownLabels, force };
}

/**
 * deploy-cloudrun@v3 and gcloud keep secrets and labels that are not named, and deploy-cloud-functions@v4 removes them. On a service
 * of Cloud Run both kinds of users are possible, so nothing is removed until the inputs say so.
 */
function refuseLosses(request: DeployRequest, config: JsonObject | undefined): void {
  const losses = lossesOf(request.settings, config, request);
  const lost = (['secrets', 'labels'] as const).filter((name) => losses[name].length > 0);
  if (lost.length === 0) return;
  throw new ReleaseError('would-remove', {
    what: `${request.name} has ${lost.map((name) => `the ${name} ${losses[name].join(', ')}`).join(' and ')}, which the inputs do not name.`,
    fix: `Set ${lost.map((name) => `${name}_update_strategy`).join(' and ')}: merge to keep what is not named, or overwrite to remove it.`,
  });
}

function trafficPlan(request: DeployRequest, service: RunService | undefined, plan: DeployPlan): string[] {
  if (!service)
    return ['a new Cloud Run service; its first revision gets all traffic, but no one may call it yet'];
  const now = allocationText(servingAllocations(service.trafficStatuses, service.latestReadyRevision));
  if (plan.action === 'unchanged') return [`traffic stays: ${now}`];
  if (request.noTraffic) return [`traffic stays: ${now}; the new revision gets 0 %`];
  if (request.allTraffic === false) return [`traffic stays as the service splits it: ${now}`];
  return [`traffic ${now} -> new revision 100 %, once it is proved private`];
}
