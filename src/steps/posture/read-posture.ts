import { type JsonObject, listOf, objectOf, textOf, textOrEmpty, valueAt } from '../../domain/data/json.ts';
import { functionPath, shortName } from '../../domain/data/resource-name.ts';
import type { ExposureFacts, Reading, Unread } from '../../domain/exposure/facts.ts';
import { judge } from '../../domain/exposure/judge.ts';
import type { BucketFact, PostureFacts, SecretFact } from '../../domain/posture/facts.ts';
import { bucketsOf, keyName, secretUses } from '../../domain/posture/read-service.ts';
import { parseSource } from '../../domain/source/location.ts';
import type { ExposureSources } from '../ports/exposure.ts';
import type { PostureSources, UploadPlace } from './ports.ts';

export interface PostureRequest {
  /** Buckets of input, output and model, besides those that the service itself names. */
  buckets: readonly string[];
  largestBody: number;
  now: number;
  signal?: AbortSignal | undefined;
}

/** Each secret costs three calls and each bucket two, so a service with more gets the others named as not read. */
const mostSecrets = 3;
const mostBuckets = 3;

const beyond = (what: string, most: number) =>
  ({
    ok: false,
    call: `GET ${what} (not read)`,
    cause: 'failed',
    detail: `at most ${most} of a kind are read`,
  }) as const;

const mainOf = (holder: JsonObject): JsonObject => {
  const all = listOf(holder.containers).map(objectOf);
  return all.find(({ ports }) => listOf(ports).length > 0) ?? all[0] ?? {};
};

interface Serving {
  image: string | undefined;
  /** Undefined if the template tells what serves. */
  revision: Reading<JsonObject> | undefined;
  /** Why the image is not known: the revision could not be read. */
  unread?: Unread | undefined;
}

/**
 * The revision that has most traffic, and its image if a digest names it. The template tells it without a call if it names a
 * digest and its own revision serves.
 */
async function servingImage(
  sources: PostureSources,
  service: JsonObject,
  signal?: AbortSignal,
): Promise<Serving> {
  const named = textOf(mainOf(objectOf(service.template)).image);
  // The name goes into a filter, so one of another form is not asked about.
  const isDigest = (image: string | undefined) => /^[\w./:-]+@sha256:[0-9a-f]{64}$/.test(image ?? '');
  const [most] = listOf(service.trafficStatuses)
    .map(objectOf)
    .sort((a, b) => Number(b.percent ?? 0) - Number(a.percent ?? 0));
  const latest = shortName(textOf(service.latestReadyRevision));
  const revision = shortName(textOf(most?.revision)) ?? latest;
  if (revision === undefined || (revision === latest && isDigest(named)))
    return { image: isDigest(named) ? named : undefined, revision: undefined };
  const serving = await sources.revision(`${textOrEmpty(service.name)}/revisions/${revision}`, signal);
  const image = serving.ok ? textOf(mainOf(serving.value).image) : undefined;
  return {
    image: isDigest(image) ? image : undefined,
    revision: revision === latest ? undefined : serving,
    unread: serving.ok ? undefined : serving,
  };
}

/** The zip of the last build. The bucket shows it to an account that may only read objects. */
function uploadOf(
  service: JsonObject,
  own: Reading<JsonObject> | undefined,
  exposure: ExposureFacts,
): UploadPlace | undefined {
  const described = exposure.function.ok ? exposure.function.value : undefined;
  if (described && described.onlyService !== true) {
    const built = own?.ok
      ? valueAt(own.value, 'buildConfig.sourceProvenance.resolvedStorageSource')
      : undefined;
    const { bucket, object } = objectOf(built);
    const [where, what] = [textOf(bucket), textOf(object)];
    return where !== undefined && what !== undefined
      ? { bucket: where, object: what }
      : { function: functionPath(exposure.target) };
  }
  const place = parseSource(textOf(objectOf(service.buildConfig).sourceLocation));
  return place && { bucket: place.bucket, object: place.object };
}

async function secretsOf(
  sources: PostureSources,
  service: JsonObject,
  project: string,
  signal?: AbortSignal,
): Promise<SecretFact[]> {
  return Promise.all(
    [...secretUses(service, project)].map(async ([name, uses], index): Promise<SecretFact> => {
      const unread = beyond(`secretmanager/v1/${name}`, mostSecrets);
      if (index >= mostSecrets) return { name, uses, secret: unread, versions: unread, policy: unread };
      const [secret, versions, policy] = await Promise.all([
        sources.secret(name, signal),
        sources.versions(name, signal),
        sources.secretPolicy(name, signal),
      ]);
      return { name, uses, secret, versions, policy };
    }),
  );
}

const readBuckets = (
  sources: PostureSources,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<BucketFact[]> =>
  Promise.all(
    names.map(async (name, index): Promise<BucketFact> => {
      const unread = beyond(`storage/v1/b/${name}`, mostBuckets);
      if (index >= mostBuckets) return { name, reading: unread, policy: unread };
      const reading = await sources.bucket(name, signal);
      // Where public access is prevented, a public member in the policy has no effect.
      const prevented =
        reading.ok && objectOf(reading.value.iamConfiguration).publicAccessPrevention === 'enforced';
      return { name, reading, policy: prevented ? undefined : await sources.bucketPolicy(name, signal) };
    }),
  );

async function readMoney(
  sources: PostureSources,
  project: string,
  signal?: AbortSignal,
): Promise<Pick<PostureFacts, 'billing' | 'budgets'>> {
  const billing = await sources.billing(project, signal);
  const account = billing.ok ? textOf(billing.value.billingAccountName) : undefined;
  return { billing, budgets: account === undefined ? undefined : await sources.budgets(account, signal) };
}

/** Channels are asked for only if an alert policy names one. */
async function readAlerts(
  sources: PostureSources,
  project: string,
  signal?: AbortSignal,
): Promise<Pick<PostureFacts, 'alerts' | 'channels'>> {
  const alerts = await sources.alertPolicies(project, signal);
  const named = alerts.ok && alerts.value.some((one) => listOf(one.notificationChannels).length > 0);
  const channels: Reading<JsonObject[]> = named
    ? await sources.channels(project, signal)
    : { ok: true, value: [], call: alerts.call };
  return { alerts, channels };
}

/** Perimeters and budgets name a project by its number. One of the URLs of Cloud Run, and the bucket of sources, hold it. */
async function numberOf(
  exposure: ExposureSources,
  facts: ExposureFacts,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const urls = facts.service?.ok ? facts.service.value.urls : [];
  const found = urls.flatMap((url) => /-(\d{6,})\.[a-z0-9-]+\.run\.app\/?$/i.exec(url)?.[1] ?? [])[0];
  const bucket = facts.function.ok ? facts.function.value.sourceBucket : undefined;
  const known = facts.projectNumber ?? found ?? /^gcf-v2-sources-(\d{6,})-/.exec(bucket ?? '')?.[1];
  if (known !== undefined) return known;
  const read = await exposure.projectNumber(facts.target.project, signal);
  return read.ok && /^\d+$/.test(read.value) ? read.value : undefined;
}

/** Reads everything beside what the guard has read, side by side. */
export async function readPosture(
  { posture: sources, exposure: ours }: { posture: PostureSources; exposure: ExposureSources },
  seen: ExposureFacts,
  { buckets, largestBody, now, signal }: PostureRequest,
): Promise<PostureFacts> {
  const { target, ancestry } = seen;
  const { project, region } = target;
  // Where the function could not be read, nobody knows whether there is a service. That is not the same as none.
  const hidden = !seen.function.ok && seen.function.cause !== 'absent' ? seen.function : undefined;
  const isFunction = !(seen.function.ok && seen.function.value.onlyService === true);
  const [service, own, projectNumber] = await Promise.all([
    target.service === undefined || hidden ? hidden : sources.service(target.service, signal),
    hidden ?? (isFunction ? sources.function(functionPath(target), signal) : undefined),
    numberOf(ours, seen, signal),
  ]);
  const exposure = { ...seen, projectNumber };
  const raw = service?.ok ? service.value : {};
  const organization = ancestry.ok
    ? ancestry.value.find(({ type }) => type === 'organization')?.id
    : undefined;
  const key = keyName(raw);
  const upload = uploadOf(raw, own, seen);
  const asked = objectOf(raw.binaryAuthorization).useDefault === true;
  const scanned = servingImage(sources, raw, signal).then(async ({ image, revision, unread }) => ({
    ...{ image, revision },
    scan: image === undefined ? unread : await sources.scan(project, image, signal),
  }));
  const place = { project, region, service: shortName(target.service) ?? target.name, function: target.name };
  const [
    backends,
    secrets,
    files,
    { image, revision, scan },
    admission,
    keyRead,
    perimeters,
    told,
    money,
    data,
  ] = await Promise.all([
    sources.backends({ ...place, number: projectNumber }, signal),
    secretsOf(sources, raw, project, signal),
    hidden ?? (upload ? sources.upload(upload, signal) : undefined),
    scanned,
    asked ? sources.admission(project, signal) : undefined,
    key ? sources.key(key, signal) : undefined,
    organization ? sources.perimeters(organization, signal) : undefined,
    readAlerts(sources, project, signal),
    readMoney(sources, project, signal),
    readBuckets(sources, [...new Set([...buckets, ...bucketsOf(raw)])], signal),
  ]);
  return {
    exposure,
    judgement: judge(exposure, 'complete'),
    service,
    function: own,
    backends,
    secrets,
    upload: files,
    serving: revision,
    image: image ?? textOf(mainOf(objectOf(raw.template)).image),
    scan,
    admission,
    key: keyRead,
    perimeters,
    ...told,
    ...money,
    buckets: data,
    largestBody,
    now,
  };
}
