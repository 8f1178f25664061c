import { type Json, objectOf } from '../../domain/data/json.ts';
import { mergedSettings } from '../../domain/deploy/merge.ts';
import { type DeployPlan, makePlan } from '../../domain/deploy/plan.ts';
import { configText } from '../../domain/deploy/settings.ts';
import { configLabel, sourceLabel } from '../../domain/product.ts';
import { labelDigest } from '../../domain/source/manifest.ts';
import { allocationText, servingAllocations, soleServing } from '../../domain/traffic/serving.ts';
import type { DeployRequest } from '../../steps/deploy/ports.ts';
import type { RunService } from '../../steps/ports/services.ts';
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
  /** Cloud Build's id of the build that failed. Absent if nothing is built. */
  build?(): Promise<string | undefined>;
}

export interface Planned {
  plan: DeployPlan;
  draft: Draft;
  labels: Record<string, string>;
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
  const settings = mergedSettings(request.settings, config, request.mergeVariables);
  const own = {
    [sourceLabel]: labelDigest(content.sha256),
    [configLabel]: labelDigest(sha256(configText(request.settings))),
  };
  const shown = service && content.live(service);
  // The template itself says what is live. A label only says what was asked for.
  const live =
    config && shown !== undefined
      ? {
          ...config,
          labels: {
            ...objectOf(config.labels),
            [sourceLabel]: labelDigest(shown),
            [configLabel]: own[configLabel],
          },
        }
      : config;
  const latest = service?.latestCreatedRevision;
  const plan = makePlan({
    live,
    settings,
    sourceDigest: own[sourceLabel] ?? '',
    configDigest: own[configLabel] ?? '',
    files: content.files,
    bytes: content.bytes,
    allTraffic: undefined,
    built: service?.settled === true && service.latestReadyRevision === latest && !request.force,
    serving: service !== undefined && latest !== undefined && soleServing(service) === latest,
  });
  if (content.image !== undefined) plan.source.image = content.image;
  const draft = draftFrom(service?.raw);
  const labels = { ...objectOf(plan.message.labels), ...own };
  const before = JSON.stringify(draft.body.template);
  applySettings(draft, new Map<string, Json>([...settings, ['labels', labels]]), request.project);
  content.apply(draft);
  setRevisionLabels(draft, own);
  const force = service !== undefined && JSON.stringify(draft.body.template) === before;
  plan.mask = service ? [...draft.mask].sort() : [];
  plan.service.push(...trafficPlan(request, service, plan));
  return { plan, draft, labels: own, force };
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
