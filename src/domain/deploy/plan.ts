import { canonical, type Json, type JsonObject, objectOf, textMapOf, textOf, valueAt } from '../data/json.ts';
import { carriedIn, labelOf, modelVariables, type ResolvedModel } from '../model/model.ts';
import { configLabel, modelLabel, sourceLabel } from '../product.ts';
import { cpuCount, memoryBytes } from './quantity.ts';
import { environmentPath, mapPaths, mergeLabels, type Settings } from './settings.ts';

export interface Change {
  /** Dotted path; for a map the key is part of it, such as `serviceConfig.environmentVariables.LANG`. */
  path: string;
  kind: 'add' | 'change' | 'remove';
  before: Json | undefined;
  after: Json | undefined;
}

export interface DeployPlan {
  /** `reuse`: the newest revision already has this source and configuration, but gets no traffic. */
  action: 'create' | 'update' | 'reuse' | 'unchanged';
  /** Settings that differ between the live function and the inputs. The source is not one of them. */
  changes: Change[];
  source: {
    before: string | undefined;
    after: string;
    changed: boolean;
    files: number;
    bytes: number;
    /** The image, by digest, if that is what is deployed. */
    image?: string | undefined;
  };
  /** The model, if one is named: what the function carries now, and what its next revision will. */
  model?: { before: string | undefined; after: string; changed: boolean } | undefined;
  /** Leaf paths of the update mask; empty on create. */
  mask: string[];
  /** The Function message to send, without its source. */
  message: JsonObject;
  /** What happens to the Cloud Run service and its traffic, one sentence each. */
  service: string[];
  /** Who may call the function now, and what the deploy does about it. */
  iam: string[];
}

export interface PlanInput {
  live: JsonObject | undefined;
  settings: Settings;
  sourceDigest: string;
  configDigest: string;
  /** The model that the revision carries. Its variables are among the settings already. */
  model?: ResolvedModel | undefined;
  files: number;
  bytes: number;
  /** `false` keeps the new revision at 0 %; undefined leaves the field alone. */
  allTraffic: boolean | undefined;
  /** True if the function is ACTIVE and its revision is the newest one and Ready. */
  built: boolean;
  /** True if the newest revision has all traffic. */
  serving: boolean;
}

/** This API leaves default values out of its answers, so absent, false, 0, "", [] and {} are the same. */
const isDefault = (value: Json | undefined): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  value === 0 ||
  value === '' ||
  (typeof value === 'object' && Object.keys(value).length === 0);

/** Are these two the same setting, even if they are written differently, such as `1Gi` and `1024Mi`? */
export function sameSetting(path: string, live: Json | undefined, wanted: Json | undefined): boolean {
  if (isDefault(live) && isDefault(wanted)) return true;
  if (canonical(live) === canonical(wanted)) return true;
  if (typeof live === 'string' && typeof wanted === 'string') {
    if (path === 'serviceConfig.availableMemory') return memoryBytes(live) === memoryBytes(wanted);
    if (path === 'serviceConfig.availableCpu') return cpuCount(live) === cpuCount(wanted);
  }
  return false;
}

const kindOf = (before: Json | undefined, after: Json | undefined): Change['kind'] =>
  isDefault(before) ? 'add' : isDefault(after) ? 'remove' : 'change';

function changesAt(path: string, live: Json | undefined, wanted: Json): Change[] {
  if (sameSetting(path, live, wanted)) return [];
  if (!mapPaths.includes(path)) return [{ path, kind: kindOf(live, wanted), before: live, after: wanted }];
  const before = objectOf(live);
  const after = objectOf(wanted);
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .sort()
    .filter((key) => before[key] !== after[key])
    .map((key) => ({
      path: `${path}.${key}`,
      kind: !(key in before) ? 'add' : !(key in after) ? 'remove' : 'change',
      before: before[key],
      after: after[key],
    }));
}

/** Labels that follow from what else is planned, so they are no change of their own. */
const ownPaths: ReadonlySet<string> = new Set(
  [sourceLabel, configLabel, modelLabel].map((label) => `labels.${label}`),
);

function modelChange(live: JsonObject | undefined, model: ResolvedModel): NonNullable<DeployPlan['model']> {
  const carried = live && carriedIn(textMapOf(valueAt(live, environmentPath)));
  const changed = carried?.reference !== model.reference || carried.digest !== model.digest;
  return { before: carried?.reference, after: model.reference, changed };
}

/** The variables are replaced, and no model is among the new ones. The label must not go on naming the old one. */
function losesModel({ model, settings }: PlanInput): boolean {
  const variables = settings.get(environmentPath);
  return model === undefined && variables !== undefined && !(modelVariables.reference in objectOf(variables));
}

/**
 * Compares the live function (raw JSON) with the inputs. Only fields that an input sets are sent and named in the
 * mask.
 */
export function makePlan(input: PlanInput): DeployPlan {
  const { live, settings } = input;
  const liveLabels = objectOf(live?.labels);
  const given = settings.has('labels') ? objectOf(settings.get('labels')) : undefined;
  const { model } = input;
  const own = {
    [sourceLabel]: input.sourceDigest,
    [configLabel]: input.configDigest,
    ...(model === undefined ? {} : { [modelLabel]: labelOf(model) }),
  };
  const wanted = new Map(settings);
  const merged = mergeLabels(liveLabels, given, own);
  if (losesModel(input)) delete merged[modelLabel];
  wanted.set('labels', merged);
  if (input.allTraffic !== undefined && live)
    wanted.set('serviceConfig.allTrafficOnLatestRevision', input.allTraffic);

  const changes = [...wanted]
    // `service` tells which revision gets traffic, because only the Cloud Run service knows.
    .filter(([path]) => path !== 'serviceConfig.allTrafficOnLatestRevision')
    .flatMap(([path, value]) => changesAt(path, live && valueAt(live, path), value))
    .filter(({ path }) => !ownPaths.has(path));
  const before = textOf(liveLabels[sourceLabel]);
  const sourceChanged = before !== input.sourceDigest;
  const configChanged = changes.length > 0 || textOf(liveLabels[configLabel]) !== input.configDigest;
  const isBuilt = !sourceChanged && !configChanged && input.built;
  const action = !live ? 'create' : !isBuilt ? 'update' : input.serving ? 'unchanged' : 'reuse';

  const message: JsonObject = {};
  for (const [path, value] of wanted) {
    const names = path.split('.');
    const parent = names.slice(0, -1).reduce<JsonObject>((at, name) => {
      at[name] ??= {};
      return at[name] as JsonObject;
    }, message);
    parent[names.at(-1) ?? ''] = value;
  }
  return {
    action,
    changes,
    source: {
      before,
      after: input.sourceDigest,
      changed: sourceChanged,
      files: input.files,
      bytes: input.bytes,
    },
    ...(model === undefined ? {} : { model: modelChange(live, model) }),
    mask: live ? ['buildConfig.source', ...wanted.keys()].sort() : [],
    message,
    service: [],
    iam: [],
  };
}
