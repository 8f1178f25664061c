import { isObject, type JsonObject, listOf, objectOf, textOf, textOrEmpty } from '../../domain/data/json.ts';
import { functionPath, shortName } from '../../domain/data/resource-name.ts';
import type { ExposureFacts, Reading } from '../../domain/exposure/facts.ts';
import { judge } from '../../domain/exposure/judge.ts';
import type { BucketFact, PostureFacts, SecretFact } from '../../domain/posture/facts.ts';
import { bucketsOf, keyName, secretUses } from '../../domain/posture/read-service.ts';
import { parseSource } from '../../domain/source/location.ts';
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

/** The image of the revision that has most traffic, if a digest names it. */
async function servingImage(
  sources: PostureSources,
  service: JsonObject,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const own = listOf(objectOf(service.template).containers).map(objectOf);
  const named = textOf(own.find(({ ports }) => listOf(ports).length > 0)?.image ?? own[0]?.image);
  const [most] = listOf(service.trafficStatuses)
    .map(objectOf)
    .sort((a, b) => Number(b.percent ?? 0) - Number(a.percent ?? 0));
  const revision = shortName(textOf(most?.revision) ?? textOf(service.latestReadyRevision));
  const serving =
    revision === undefined
      ? undefined
      : await sources.revision(`${textOrEmpty(service.name)}/revisions/${revision}`, signal);
  const containers = serving?.ok ? listOf(serving.value.containers).map(objectOf) : [];
  const main = containers.find(({ ports }) => listOf(ports).length > 0) ?? containers[0];
  const image = textOf(main?.image) ?? named;
  return image?.includes('@sha256:') ? image : undefined;
}

function uploadOf(service: JsonObject, exposure: ExposureFacts): UploadPlace | undefined {
  const described = exposure.function.ok ? exposure.function.value : undefined;
  if (described && described.onlyService !== true) return { function: functionPath(exposure.target) };
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
      const [reading, policy] = await Promise.all([
        sources.bucket(name, signal),
        sources.bucketPolicy(name, signal),
      ]);
      return { name, reading, policy };
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

/** Reads everything beside what the guard has read, side by side. */
export async function readPosture(
  sources: PostureSources,
  exposure: ExposureFacts,
  { buckets, largestBody, now, signal }: PostureRequest,
): Promise<PostureFacts> {
  const { target, ancestry } = exposure;
  const { project, region } = target;
  const isFunction = !(exposure.function.ok && exposure.function.value.onlyService === true);
  const [service, own] = await Promise.all([
    target.service === undefined ? undefined : sources.service(target.service, signal),
    isFunction ? sources.function(functionPath(target), signal) : undefined,
  ]);
  const raw = service?.ok && isObject(service.value) ? service.value : {};
  const organization = ancestry.ok
    ? ancestry.value.find(({ type }) => type === 'organization')?.id
    : undefined;
  const key = keyName(raw);
  const upload = uploadOf(raw, exposure);
  const asked = objectOf(raw.binaryAuthorization).useDefault === true;
  const scanned = servingImage(sources, raw, signal).then(async (image) => ({
    image,
    scan: image === undefined ? undefined : await sources.scan(project, image, signal),
  }));
  const none = async <T>(): Promise<Reading<T> | undefined> => undefined;
  const [
    backends,
    secrets,
    files,
    { image, scan },
    admission,
    keyRead,
    perimeters,
    alerts,
    channels,
    money,
    bucketFacts,
  ] = await Promise.all([
    sources.backends(
      {
        project,
        region,
        service: shortName(target.service) ?? target.name,
        function: target.name,
        number: exposure.projectNumber,
      },
      signal,
    ),
    secretsOf(sources, raw, project, signal),
    upload ? sources.upload(upload, signal) : none<string[]>(),
    scanned,
    asked ? sources.admission(project, signal) : none<JsonObject>(),
    key ? sources.key(key, signal) : none<JsonObject>(),
    organization ? sources.perimeters(organization, signal) : none<JsonObject[]>(),
    sources.alertPolicies(project, signal),
    sources.channels(project, signal),
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
    image: image ?? textOf(objectOf(listOf(objectOf(raw.template).containers)[0]).image),
    scan,
    admission,
    key: keyRead,
    perimeters,
    alerts,
    channels,
    ...money,
    buckets: bucketFacts,
    largestBody,
    now,
  };
}
