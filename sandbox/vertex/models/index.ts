import { createHash } from 'node:crypto';
import { aborted, invalidArgument, notFound } from '../../core/errors.ts';
import { projectOf, requirePermission } from '../../core/iam.ts';
import { page } from '../../core/page.ts';
import type { World } from '../../core/state.ts';
import type { ApiDefinition, Call } from '../../core/types.ts';

/** One version of a model. */
export interface ModelVersion {
  versionId: string;
  versionAliases: string[];
  artifactUri?: string;
  defaultCheckpointId?: string;
  /** Of this version alone. Those of the model are added when it is returned. */
  labels: Record<string, string>;
  createdAt: number;
}

/** The versions by the full name of their model, the oldest first. */
export const modelsOf = (world: World): Map<string, ModelVersion[]> =>
  world.extension('models', () => new Map<string, ModelVersion[]>());

/** The labels of the models themselves, which every version is returned with. */
export const modelLabelsOf = (world: World): Map<string, Record<string, string>> =>
  world.extension('modelLabels', () => new Map<string, Record<string, string>>());

/** Registers a version, as models:upload with parentModel does once its operation has ended. The first one is `default`. */
export function registerModel(
  world: World,
  name: string,
  more: Pick<ModelVersion, 'artifactUri' | 'defaultCheckpointId'> = {},
): ModelVersion {
  const versions = modelsOf(world).get(name) ?? [];
  modelsOf(world).set(name, versions);
  const version = {
    versionId: String(versions.length + 1),
    versionAliases: versions.length === 0 ? ['default'] : [],
    createdAt: world.now(),
    labels: {},
    ...more,
  };
  versions.push(version);
  return version;
}

const aliasPattern = /^[a-z][a-zA-Z0-9-]{0,126}[a-z0-9]$/;

/**
 * projects.locations.models of aiplatform v1, as far as a release needs them (googleapis google/cloud/aiplatform/v1/model_service.proto):
 * one version by its number or alias, all versions, the labels of a version, and the merging of aliases, which has no etag.
 */
export function modelApis(world: World): ApiDefinition[] {
  const base = '/v1/projects/:project/locations/:location/models/:model';
  type Params = Record<string, string>;
  const nameOf = ({ project, location, model = '' }: Params) =>
    `projects/${project}/locations/${location}/models/${model.split('@')[0]}`;
  const allow = (call: Call, params: Params, verb: string) =>
    requirePermission(world, call.principal, `aiplatform.models.${verb}`, projectOf(params));
  const versionsOf = (params: Params): ModelVersion[] => {
    const versions = modelsOf(world).get(nameOf(params));
    if (!versions) throw notFound(`The Model "${nameOf(params)}" does not exist.`);
    return versions;
  };
  const find = (params: Params): ModelVersion => {
    const at = params.model?.split('@')[1] ?? 'default';
    const found = versionsOf(params).find(
      ({ versionId, versionAliases }) => versionId === at || versionAliases.includes(at),
    );
    if (!found) throw notFound(`The Model "${nameOf(params)}@${at}" does not exist.`);
    return found;
  };
  const body = (params: Params, { createdAt, ...version }: ModelVersion) => {
    const time = new Date(createdAt).toISOString();
    const etag = createHash('sha256').update(JSON.stringify(version)).digest('base64').slice(0, 12);
    const labels = { ...modelLabelsOf(world).get(nameOf(params)), ...version.labels };
    return {
      name: nameOf(params),
      displayName: params.model?.split('@')[0],
      ...version,
      labels,
      createTime: time,
      etag,
    };
  };

  /** UpdateModel for one version: of all that a release reads, only its labels can be changed. A wrong etag is ABORTED (AIP-154). */
  function update(call: Call, params: Params) {
    allow(call, params, 'update');
    const version = find(params);
    const mask = call.query.get('updateMask') ?? '';
    if (mask !== 'labels') throw invalidArgument(`Unsupported update mask: "${mask}"`);
    const { etag, labels = {} } = call.json();
    if (etag !== undefined && etag !== body(params, version).etag)
      throw aborted('The etag does not match the current etag of the resource.');
    const entries = Object.entries(labels as Record<string, unknown>);
    const isLabel = ([key, value]: [string, unknown]) =>
      /^[a-z][a-z0-9_-]{0,62}$/.test(key) && typeof value === 'string' && /^[a-z0-9_-]{0,63}$/.test(value);
    const wrong = entries.find((entry) => !isLabel(entry));
    if (wrong || entries.length > 64) throw invalidArgument(`Invalid label: ${JSON.stringify(wrong)}`);
    version.labels = Object.fromEntries(entries) as Record<string, string>;
    return { status: 200, body: body(params, version) };
  }

  function merge(call: Call, params: Params) {
    allow(call, params, 'update');
    const version = find(params);
    const { versionAliases } = call.json();
    if (!Array.isArray(versionAliases) || versionAliases.length === 0)
      throw invalidArgument('version_aliases is required.');
    for (const given of versionAliases.map(String)) {
      const alias = given.replace(/^-/, '');
      if (!aliasPattern.test(alias)) throw invalidArgument(`Invalid version alias: ${given}`);
      if (given === '-default')
        throw invalidArgument('The default alias can only be moved to another version.');
      for (const other of versionsOf(params))
        if (other === version || !given.startsWith('-'))
          other.versionAliases = other.versionAliases.filter((one) => one !== alias);
      if (!given.startsWith('-')) version.versionAliases.push(alias);
    }
    return { status: 200, body: body(params, version) };
  }

  return [
    {
      name: 'aiplatform',
      routes: [
        {
          method: 'GET',
          pattern: base,
          handle: (call, params) => {
            allow(call, params, 'get');
            return { status: 200, body: body(params, find(params)) };
          },
        },
        {
          method: 'GET',
          pattern: `${base}:listVersions`,
          handle: (call, params) => {
            allow(call, params, 'list');
            const filter = call.query.get('filter') ?? '';
            const [, label] = /^labels\.([a-z0-9_-]+):\*$/.exec(filter) ?? [];
            if (filter !== '' && label === undefined) throw invalidArgument(`Unsupported filter: ${filter}`);
            const listed = versionsOf(params).filter(({ labels }) => label === undefined || label in labels);
            const { items, nextPageToken } = page(listed, call, 100);
            const models = items.map((version) => body(params, version));
            return { status: 200, body: { models, ...(nextPageToken ? { nextPageToken } : {}) } };
          },
        },
        { method: 'PATCH', pattern: base, handle: update },
        { method: 'POST', pattern: `${base}:mergeVersionAliases`, handle: merge },
      ],
    },
  ];
}
