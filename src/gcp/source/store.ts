import { randomUUID } from 'node:crypto';
import { listOf, objectOf, textOf } from '../../domain/data/json.ts';
import { encodeName, type Located, locationOf, shortName } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { bucketName, type SourcePlace, uploadName } from '../../domain/source/location.ts';
import type { Rest } from '../../http/rest.ts';
import type { HttpResponse } from '../../http/send.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { SourceArchive } from '../../steps/ports/source.ts';
import type { SourceStore } from '../../steps/ports/source-store.ts';
import { sendArchive } from './upload.ts';

export interface StoreOptions {
  rest: Rest;
  clock: Clock;
  accessToken: (signal?: AbortSignal) => Promise<string>;
  redact: (text: string) => string;
}

const repositoryMs = 90_000;

/**
 * Cloud Storage's JSON API and Artifact Registry v1, as `gcloud run deploy --source` uses them. The bucket
 * has the same name as gcloud's, so both keep their sources in one place.
 */
export function createSourceStore(options: StoreOptions): SourceStore {
  const { rest, clock } = options;
  return {
    async keep(place, { archive, sha256 }, signal) {
      const bucket = await ensureBucket(rest, place, signal);
      // Every run has an object of its own: a second attempt that finds it there knows that the first one has written it.
      const object = uploadName(place.name, sha256, randomUUID());
      return upload(options, { bucket, object }, archive, signal);
    },

    async repository(name, signal) {
      const read = () =>
        rest.call({
          api: 'artifactregistry',
          method: 'GET',
          path: `v1/${encodeName(name)}`,
          accept: [403, 404],
          signal,
        });
      // An identity that may not look leaves it to the build.
      if ((await read()).status !== 404) return;
      await rest.call({
        api: 'artifactregistry',
        method: 'POST',
        path: `v1/${encodeName(locationOf(name))}/repositories`,
        query: { repositoryId: shortName(name) },
        body: { format: 'DOCKER', description: 'Images of Cloud Run functions' },
        // Another run may have made it in the meantime.
        accept: [409],
        retry: 'repeatable-write',
        signal,
      });
      const deadline = clock.steady() + repositoryMs;
      for (let wait = 200; (await read()).status === 404; wait = Math.min(5000, wait * 1.5)) {
        if (clock.steady() + wait > deadline)
          throw new ReleaseError('deadline-exceeded', {
            what: `Artifact Registry did not make the repository ${shortName(name)} in time.`,
            fix: 'Run the job again, or name one that exists: docker_repository.',
          });
        await clock.sleep(wait, signal);
      }
    },
  };
}

/**
 * The project's own bucket. Its name can be guessed, so a bucket that is not in the list of this project belongs to others
 * and must not get the source.
 */
async function ensureBucket(rest: Rest, { project, region }: Located, signal?: AbortSignal): Promise<string> {
  const name = bucketName(project, region);
  const isOurs = async () => {
    const { body } = await rest.call({
      api: 'storage',
      method: 'GET',
      path: 'storage/v1/b',
      query: { project, prefix: name },
      signal,
    });
    return listOf(body.items).some((item) => objectOf(item).name === name);
  };
  if (await isOurs()) return name;
  const { status } = await rest.call({
    api: 'storage',
    method: 'POST',
    path: 'storage/v1/b',
    query: { project },
    body: {
      name,
      location: region,
      iamConfiguration: {
        uniformBucketLevelAccess: { enabled: true },
        publicAccessPrevention: 'enforced',
      },
    },
    accept: [409],
    retry: 'repeatable-write',
    signal,
  });
  if (status !== 409 || (await isOurs())) return name;
  throw new ReleaseError('upload-failed', {
    what: `The bucket ${name} belongs to another project, so the source was not uploaded.`,
    why: 'Bucket names are unique in the whole of Cloud Storage, and anyone could have taken this one.',
    fix: 'Release with target: function, or in another region.',
  });
}

async function upload(
  options: StoreOptions,
  { bucket, object }: SourcePlace,
  archive: SourceArchive,
  signal?: AbortSignal,
): Promise<string> {
  const { rest, accessToken } = options;
  const base = rest.endpoints.base('storage');
  const url = rest.endpoints.assertSendable(`${base}/upload/storage/v1/b/${bucket}/o`);
  url.search = new URLSearchParams({ uploadType: 'media', name: object, ifGenerationMatch: '0' }).toString();
  const headers = async () => ({ authorization: `Bearer ${await accessToken(signal)}` });
  const answer = await sendArchive(options, archive, { method: 'POST', url, headers, accept: [412], signal });
  const generation = generationIn(answer) ?? (await readGeneration());
  return `gs://${bucket}/${object}${generation ? `#${generation}` : ''}`;

  /** The first attempt has written the object, and its answer was lost. */
  async function readGeneration(): Promise<string | undefined> {
    const { body } = await rest.call({
      api: 'storage',
      method: 'GET',
      path: `storage/v1/b/${bucket}/o/${encodeURIComponent(object)}`,
      signal,
    });
    return textOf(body.generation);
  }
}

/** The generation that an upload's answer names. Undefined if it cannot be read. */
function generationIn({ status, body }: HttpResponse): string | undefined {
  if (status >= 300) return undefined;
  try {
    return textOf(objectOf(JSON.parse(body.toString('utf8'))).generation);
  } catch {
    return undefined;
  }
}
