import { loadProtos, type ProtoMessage } from '../core/proto-load.ts';
import type { World } from '../core/state.ts';
import type { Call, Reply } from '../core/types.ts';
import { LATEST, runState, type Service } from '../run/model.ts';
import { buildConfig, serviceConfig, withDefaults } from './config.ts';
import type { CloudFunction, FunctionOperation, Json } from './model.ts';

const PACKAGE = 'google.cloud.functions.v2';

/** True if the service is configured to send all traffic to the newest revision. */
const followsLatest = (service: Service) =>
  service.traffic.some(({ type, percent }) => type === LATEST && percent === 100);

/** Renders a google.cloud.functions.v2.Function as JSON, output fields included. */
export function renderFunction(world: World, fn: CloudFunction): Json {
  const full = withDefaults(world, fn.config, fn.id);
  const service = runState(world).services.get(fn.service);
  const { automaticUpdatePolicy, ...build } = buildConfig(full);
  const resolved = fn.source && {
    bucket: fn.source.bucket,
    object: fn.source.object,
    generation: fn.source.generation,
  };
  const { allTrafficOnLatestRevision, ...settings } = serviceConfig(full);
  return {
    name: fn.name,
    ...(full.description ? { description: full.description } : {}),
    buildConfig: {
      ...(automaticUpdatePolicy ? { automaticUpdatePolicy } : {}),
      ...(fn.buildName ? { build: fn.buildName } : {}),
      ...build,
      ...(resolved ? { sourceProvenance: { resolvedStorageSource: resolved } } : {}),
    },
    serviceConfig: {
      ...(service ? { service: fn.service, uri: service.doors.get('service')?.url } : {}),
      ...settings,
      ...(fn.revision ? { revision: fn.revision } : {}),
      ...(!service || followsLatest(service) ? { allTrafficOnLatestRevision: true } : {}),
    },
    state: fn.state,
    ...(fn.stateMessages.length ? { stateMessages: fn.stateMessages } : {}),
    updateTime: fn.updateTime,
    ...(full.labels && Object.keys(full.labels).length ? { labels: full.labels } : {}),
    environment: 'GEN_2',
    ...(service ? { url: service.doors.get('function')?.url } : {}),
    ...(full.kmsKeyName ? { kmsKeyName: full.kmsKeyName } : {}),
    createTime: fn.createTime,
  };
}

const TYPES = `type.googleapis.com/${PACKAGE}`;

export function renderOperation(operation: FunctionOperation): Json {
  return {
    name: operation.name,
    metadata: {
      '@type': `${TYPES}.OperationMetadata`,
      createTime: operation.createTime,
      ...(operation.endTime ? { endTime: operation.endTime } : {}),
      target: operation.target,
      verb: operation.verb,
      apiVersion: 'v2',
      ...(operation.requestResource
        ? { requestResource: { '@type': `${TYPES}.Function`, ...operation.requestResource } }
        : {}),
      stages: operation.stages.map((stage) => ({ ...stage })),
      operationType: operation.operationType,
      ...(operation.buildName ? { buildName: operation.buildName } : {}),
    },
    ...(operation.done ? { done: true } : {}),
    ...(operation.error ? { error: operation.error } : {}),
    ...(operation.response ? { response: operation.response } : {}),
  };
}

/** Replaces enum names by numbers. Google's generated clients ask for it with `$alt=json;enum-encoding=int`. */
export function reply(call: Call, message: string, body: Json): Reply {
  const numeric = (call.query.get('$alt') ?? call.query.get('alt') ?? '').includes('enum-encoding=int');
  if (!numeric) return { status: 200, body };
  return { status: 200, body: encodeEnums(message, body) };
}

function encodeEnums(message: string, body: Json): Json {
  const protos = loadProtos('functions');
  // An operation is a google.longrunning message without enums. Only its metadata and response have some.
  if (message === 'Operation')
    return Object.fromEntries(
      Object.entries(body).map(([key, value]) => {
        const type =
          key === 'metadata'
            ? 'OperationMetadata'
            : key === 'response' && (value as Json)['@type']?.toString().endsWith('.Function')
              ? 'Function'
              : undefined;
        return [key, type ? walk(protos.message(`${PACKAGE}.${type}`), value as Json) : value];
      }),
    );
  return walk(protos.message(`${PACKAGE}.${message}`), body);

  function walk(type: ProtoMessage, value: Json): Json {
    return Object.fromEntries(
      Object.entries(value).map(([key, content]) => {
        const field = type.fields[key];
        if (key === 'requestResource')
          return [key, walk(protos.message(`${PACKAGE}.Function`), content as Json)];
        if (!field || field.keyType) return [key, content];
        const resolved = protos.resolve(field.type, type.fullName);
        const one = (item: unknown): unknown => {
          if (resolved && 'values' in resolved) return resolved.values[item as string] ?? item;
          return resolved && item !== null && typeof item === 'object'
            ? walk(resolved.message, item as Json)
            : item;
        };
        return [key, Array.isArray(content) ? content.map(one) : one(content)];
      }),
    );
  }
}
