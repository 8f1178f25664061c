import { isObject, type JsonObject, objectOf, textMapOf, textOf } from '../data/json.ts';
import { mainContainer, withContainer } from '../deploy/main-container.ts';
import { capacityAnnotation, capacityTag } from '../product.ts';
import type { TrafficTarget } from '../traffic/traffic.ts';
import { memoryText, type Point } from './point.ts';

/**
 * What a measurement changes on the service, and what it has to put back. The record is an annotation of the service, written together
 * with the first change, so that whoever comes next can put everything back.
 */
export interface CapacityRecord {
  v: 1;
  /** Eight hex digits, which the names of the revisions of this measurement hold. */
  id: string;
  /** `owner/name` of the repository, and the run that measures. */
  repository: string;
  run: string;
  attempt: number;
  job?: string | undefined;
  before: Before;
  /** RFC 3339. If GitHub cannot say whether the run is over, it counts as over from this time on. */
  expires: string;
}

/** The parts of the template that a measurement changes, as Cloud Run showed them. Null: they were not there. */
export interface Before {
  resources: JsonObject | null;
  concurrency: number | null;
  scaling: JsonObject | null;
}

const idPattern = /^[0-9a-f]{8}$/;

export const withCapacityRecord = (
  annotations: Readonly<Record<string, string>>,
  record: CapacityRecord,
): Record<string, string> => ({ ...annotations, [capacityAnnotation]: JSON.stringify(record) });

export function withoutCapacityRecord(annotations: Readonly<Record<string, string>>): Record<string, string> {
  const { [capacityAnnotation]: _, ...rest } = annotations;
  return rest;
}

const orNull = (value: unknown): JsonObject | null => (isObject(value) ? value : null);

/** Reads the record with suspicion: everyone who may update the service may have written it. Undefined if there is none, or no good one. */
export function capacityRecordOf(annotations: Readonly<Record<string, string>>): CapacityRecord | undefined {
  const text = annotations[capacityAnnotation];
  if (text === undefined || text.length > 16_384) return undefined;
  let raw: JsonObject;
  try {
    raw = objectOf(JSON.parse(text));
  } catch {
    return undefined;
  }
  const { id, expires, repository, run, attempt, job } = raw;
  const before = objectOf(raw.before);
  const { concurrency } = before;
  if (raw.v !== 1 || typeof id !== 'string' || !idPattern.test(id)) return undefined;
  return {
    v: 1,
    id,
    repository: textOf(repository) ?? '',
    run: typeof run === 'string' && /^\d{1,20}$/.test(run) ? run : '',
    attempt: Number.isInteger(attempt) ? Number(attempt) : 1,
    ...(textOf(job) === undefined ? {} : { job: textOf(job) }),
    before: {
      resources: orNull(before.resources),
      concurrency: Number.isInteger(concurrency) ? Number(concurrency) : null,
      scaling: orNull(before.scaling),
    },
    expires: Number.isNaN(Date.parse(textOf(expires) ?? '')) ? new Date(0).toISOString() : String(expires),
  };
}

export const trialName = (service: string, id: string, serial: number): string =>
  `${service}-cap-${id}-${serial}`;

/**
 * Every configuration has a tag of its own. The URL of a tag that was moved could for a moment still lead to the revision before, and an
 * answer does not say which revision gave it.
 */
export const trialTag = (id: string, serial: number): string => `${capacityTag}-${id.slice(0, 3)}${serial}`;

/** Is this a tag of any measurement? Until version 0.1 all configurations had the same one. */
export const isTrialTag = (tag: string | undefined): boolean =>
  tag?.startsWith(capacityTag) === true && /^(-[0-9a-f]{3}\d{1,3})?$/.test(tag.slice(capacityTag.length));

/** Was this revision made by a measurement, or by this very one? */
export function isTrial(service: string, revision: string | undefined, id?: string): boolean {
  const rest = revision?.startsWith(`${service}-cap-`) ? revision.slice(service.length + 5) : '';
  const [, found] = /^([0-9a-f]{8})-\d{1,3}$/.exec(rest) ?? [];
  return found !== undefined && (id === undefined || id === found);
}

export function beforeOf(template: JsonObject): Before {
  const { maxInstanceRequestConcurrency: concurrency, scaling } = template;
  return {
    resources: orNull(mainContainer(template).resources),
    concurrency: typeof concurrency === 'number' ? concurrency : null,
    scaling: orNull(scaling),
  };
}

/** The template of a configuration. No instance is kept warm: it would be billed while nothing is measured. */
export function trialTemplate(live: JsonObject, point: Point, revision: string): JsonObject {
  const container = mainContainer(live);
  const resources = objectOf(container.resources);
  const limits = {
    ...objectOf(resources.limits),
    cpu: String(point.cpu),
    memory: memoryText(point.memoryMib),
  };
  // Sent as it is, because Cloud Run would otherwise bill in another way.
  const cpuIdle = point.cpu < 1 ? true : (resources.cpuIdle ?? true);
  return {
    ...withContainer(live, { ...container, resources: { ...resources, limits, cpuIdle } }),
    revision,
    maxInstanceRequestConcurrency: point.concurrency,
    scaling: { maxInstanceCount: point.instances },
  };
}

/** The template as it was before. Its revision gets a new name, since Cloud Run takes no name twice. */
export function originalTemplate(live: JsonObject, { before }: Pick<CapacityRecord, 'before'>): JsonObject {
  const { resources: _, ...container } = mainContainer(live);
  const whole = withContainer(
    live,
    before.resources
      ? inOrder(mainContainer(live), { ...container, resources: before.resources })
      : container,
  );
  const { revision, maxInstanceRequestConcurrency, scaling, ...rest } = whole;
  return inOrder(live, {
    ...rest,
    ...(before.concurrency === null ? {} : { maxInstanceRequestConcurrency: before.concurrency }),
    ...(before.scaling === null ? {} : { scaling: before.scaling }),
  });
}

/** The same fields in the order of `pattern`, so that equal templates have equal texts. */
function inOrder(pattern: JsonObject, fields: JsonObject): JsonObject {
  const names = [...Object.keys(pattern), ...Object.keys(fields)].filter((name) =>
    Object.hasOwn(fields, name),
  );
  return Object.fromEntries([...new Set(names)].map((name) => [name, fields[name]]));
}

/** The fields of a template that a measurement changes. */
export const sizeFields = ['containers', 'maxInstanceRequestConcurrency', 'scaling'] as const;

/**
 * The template that a deploy should start from: if a measurement was interrupted, the live one has the size of its last configuration,
 * which nobody asked for.
 */
export function wantedTemplate(service: JsonObject): JsonObject {
  const template = objectOf(service.template);
  const record = capacityRecordOf(textMapOf(service.annotations));
  const name = (textOf(service.name) ?? '').split('/').at(-1) ?? '';
  return record && isTrial(name, textOf(template.revision), record.id)
    ? originalTemplate(template, record)
    : template;
}

/** A share of the traffic stays, whoever gave it: without it the others would not be a whole. */
export const withoutTrialTag = (traffic: readonly TrafficTarget[]): TrafficTarget[] =>
  traffic.flatMap((target) => {
    const { tag, ...rest } = target;
    return !isTrialTag(tag) ? [target] : target.percent ? [rest] : [];
  });
