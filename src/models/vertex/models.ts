import { type JsonObject, listOf, objectOf, textMapOf, textOf, textsOf } from '../../domain/data/json.ts';
import { encodeName, locationPath } from '../../domain/data/resource-name.ts';
import { quoted } from '../../domain/data/shell.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { type ResolvedModel, sameBytes } from '../../domain/model/model.ts';
import type { TaggedVersion } from '../../domain/model/tags.ts';
import { RemoteError } from '../../http/remote-error.ts';
import type { Rest } from '../../http/rest.ts';
import type { ModelRegistry } from '../../steps/ports/model.ts';
import { folderIn } from '../gs/folder.ts';
import { labelKey, labelValue, readLabel, spelledRevision } from './labels.ts';
import { parseVertex } from './reference.ts';

/** projects.locations.models of aiplatform v1 (googleapis google/cloud/aiplatform/v1/model_service.proto, model.proto). */

/** What a condition that does not hold is answered with. FAILED_PRECONDITION comes as 400, and has other causes too. */
const conditions: ReadonlySet<string | undefined> = new Set(['FAILED_PRECONDITION', 'ABORTED']);

export interface PlacedModel {
  project: string;
  location: string;
  model: string;
  at: string;
}

export function createVertexModels(rest: Rest, asked: string, placed: PlacedModel): ModelRegistry {
  const { project, location, model } = placed;
  const name = `${locationPath(project, location)}/models/${model}`;
  const exact = (version: string) => `vertex://${name}@${version}`;
  const call = { api: 'aiplatform', region: location, deadlineMs: 60_000 } as const;
  const get = (at: string, signal?: AbortSignal) =>
    rest.call<JsonObject>({
      ...call,
      method: 'GET',
      path: `v1/${encodeName(`${name}@${at}`)}`,
      accept: [404],
      signal,
    });

  async function* versions(query: Record<string, string>, signal?: AbortSignal) {
    let pageToken: string | undefined;
    do {
      const { body } = await rest.call<JsonObject>({
        ...call,
        method: 'GET',
        path: `v1/${encodeName(name)}:listVersions`,
        query: { pageSize: 100, pageToken, ...query },
        signal,
      });
      yield* listOf(body.models).map(objectOf);
      pageToken = textOf(body.nextPageToken);
    } while (pageToken !== undefined);
  }

  async function resolve(text: string, at: string, signal?: AbortSignal): Promise<ResolvedModel> {
    const { status, body } = await get(at, signal);
    const version = textOf(body.versionId);
    if (status === 404 || version === undefined)
      throw new ReleaseError('model-refused', {
        what: `The model ${text} does not exist in ${project}/${location}.`,
        fix: 'Correct the model, the alias, the version or the place, or register it first.',
      });
    const uri = textOf(body.artifactUri);
    const bytes = uri === undefined ? 'unseen' : await folderIn(rest, uri, signal);
    if (bytes === 'absent')
      throw new ReleaseError('model-refused', {
        what: `Version ${version} of ${model} is registered, but nothing lies at ${uri}.`,
        fix: 'Register the model again.',
      });
    // A tuned model has checkpoints instead of files. Which one answers can be changed without a new version.
    const checkpoint = textOf(body.defaultCheckpointId);
    const parts = [bytes === 'unseen' ? undefined : bytes, checkpoint && `checkpoint:${checkpoint}`];
    return {
      registry: 'vertex',
      asked: text,
      reference: exact(version),
      name: model,
      version,
      uri: uri ?? `${name}@${version}`,
      digest: parts.filter(Boolean).join('+') || undefined,
    };
  }

  function versionOf(reference: string): string | undefined {
    if (!reference.startsWith('vertex://')) return undefined;
    try {
      const other = parseVertex(reference.slice('vertex://'.length));
      const isSame =
        (other.project ?? project) === project &&
        (other.location ?? location) === location &&
        other.model === model;
      return isSame && /^\d+$/.test(other.at) ? other.at : undefined;
    } catch {
      return undefined;
    }
  }

  return {
    resolve: (signal) => resolve(asked, placed.at, signal),
    async isThere({ reference, digest }, signal) {
      const version = versionOf(reference);
      if (version === undefined) return undefined;
      try {
        const now = await resolve(reference, version, signal);
        return sameBytes(digest, now.digest) || 'changed';
      } catch (error) {
        if (error instanceof ReleaseError && error.code === 'model-refused') return false;
        throw error;
      }
    },
    aliases: {
      // A version that nothing names any more is certain only from the list of all.
      async read(alias, signal) {
        for await (const version of versions({ readMask: 'versionId,versionAliases' }, signal))
          if (textsOf(version.versionAliases).includes(alias)) return textOf(version.versionId);
        return undefined;
      },
      async move(alias, version, signal) {
        // One call takes the alias off the other version. It takes no etag, and the call that takes one leaves aliases alone
        // (UpdateModel: "supported version-specific fields"). So the alias is read again.
        await rest.call({
          ...call,
          method: 'POST',
          path: `v1/${encodeName(`${name}@${version}`)}:mergeVersionAliases`,
          body: { versionAliases: [alias] },
          retry: 'repeatable-write',
          signal,
        });
      },
      versionOf,
      command: (alias, version) =>
        [
          'curl --fail-with-body -sS -X POST',
          quoted(`${rest.endpoints.base('aiplatform', location)}/v1/${name}@${version}:mergeVersionAliases`),
          `-H "Authorization: Bearer $(gcloud auth print-access-token)" -H 'Content-Type: application/json'`,
          `-d '${JSON.stringify({ versionAliases: [alias] })}'`,
        ].join(' '),
    },
    tags: {
      async read(service, signal) {
        const key = labelKey(service);
        const query = { filter: `labels.${key}:*`, readMask: 'versionId,labels' };
        const found: TaggedVersion[] = [];
        for await (const { versionId, labels } of versions(query, signal)) {
          const version = textOf(versionId);
          const period = readLabel(service, textMapOf(labels)[key]);
          if (version !== undefined && period) found.push({ version, periods: [period] });
        }
        return found;
      },
      async write(service, { version, periods }, signal) {
        const last = periods.at(-1);
        if (last === undefined) return 'written';
        const { body } = await get(version, signal);
        // The etag keeps labels that somebody else sets at the same time.
        const labels = { ...textMapOf(body.labels), [labelKey(service)]: labelValue(service, last) };
        const etag = textOf(body.etag);
        try {
          const { status } = await rest.call({
            ...call,
            method: 'PATCH',
            path: `v1/${encodeName(`${name}@${version}`)}`,
            query: { updateMask: 'labels' },
            body: { name: `${name}@${version}`, labels, etag },
            accept: [409, 412],
            retry: 'repeatable-write',
            signal,
          });
          return status < 300 ? 'written' : 'conflict';
        } catch (error) {
          // Google writes no status for an old etag down. A 400 is one if the etag is another by now.
          const isMeant = error instanceof RemoteError && conditions.has(error.statusName);
          if (isMeant && textOf((await get(version, signal)).body.etag) !== etag) return 'conflict';
          throw error;
        }
      },
      spelled: spelledRevision,
    },
  };
}
