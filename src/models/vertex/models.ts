import { type JsonObject, listOf, objectOf, textOf, textsOf } from '../../domain/data/json.ts';
import { encodeName, locationPath } from '../../domain/data/resource-name.ts';
import { quoted } from '../../domain/data/shell.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { type ResolvedModel, sameBytes } from '../../domain/model/model.ts';
import type { Rest } from '../../http/rest.ts';
import type { ModelRegistry } from '../../steps/ports/model.ts';
import { folderIn } from '../gs/folder.ts';
import { parseVertex } from './reference.ts';

/** projects.locations.models of aiplatform v1 (googleapis google/cloud/aiplatform/v1/model_service.proto, model.proto). */

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
        let pageToken: string | undefined;
        do {
          const { body } = await rest.call<JsonObject>({
            ...call,
            method: 'GET',
            path: `v1/${encodeName(name)}:listVersions`,
            query: { pageSize: 100, pageToken, readMask: 'versionId,versionAliases' },
            signal,
          });
          for (const version of listOf(body.models).map(objectOf))
            if (textsOf(version.versionAliases).includes(alias)) return textOf(version.versionId);
          pageToken = textOf(body.nextPageToken);
        } while (pageToken !== undefined);
        return undefined;
      },
      async move(alias, version, signal) {
        // One call takes the alias off the other version. It takes no etag, so it is read again.
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
  };
}
