import type { Container, EnvVar, Template } from '../run-deploy/template.ts';
import { isTrue } from './v1-names.ts';

/**
 * The template of v1 (serving.knative.dev/v1 RevisionTemplate) and that of v2 describe the same revision. v1 has
 * annotations for much that v2 has as fields (cloud.google.com/run/docs/reference/yaml/v1).
 */
type Json = Record<string, unknown>;

const part = (value: unknown): Json => (value ?? {}) as Json;
const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);
const filled = (value: Json): Json =>
  Object.fromEntries(Object.entries(value).filter(([, content]) => content !== undefined));

const run = (name: string) => `run.googleapis.com/${name}`;
const MAX = 'autoscaling.knative.dev/maxScale';
const MIN = 'autoscaling.knative.dev/minScale';
const egresses: Readonly<Record<string, string>> = {
  'all-traffic': 'ALL_TRAFFIC',
  'private-ranges-only': 'PRIVATE_RANGES_ONLY',
};
const environments: Readonly<Record<string, string>> = {
  gen1: 'EXECUTION_ENVIRONMENT_GEN1',
  gen2: 'EXECUTION_ENVIRONMENT_GEN2',
};
const nameOf = (names: Readonly<Record<string, string>>, value: unknown) =>
  Object.keys(names).find((key) => names[key] === value);

/** Annotations that have a field in v2, or that say only which client wrote them. */
const known = new Set([
  MAX,
  MIN,
  ...[
    'client-name',
    'client-version',
    'cpu-throttling',
    'startup-cpu-boost',
    'vpc-access-connector',
    'vpc-access-egress',
    'execution-environment',
    'sessionAffinity',
    'base-images',
    'sources',
  ].map(run),
]);

const environment = (value: unknown): EnvVar[] =>
  list(value).map(({ name, value: text, valueFrom }) => {
    const secret = part(part(valueFrom).secretKeyRef);
    return secret.name === undefined
      ? { name: String(name), ...(text === undefined ? {} : { value: String(text) }) }
      : {
          name: String(name),
          valueSource: { secretKeyRef: { secret: String(secret.name), version: String(secret.key) } },
        };
  });

/** An annotation with a JSON object in it, such as the base images by container. */
function perContainer(text: unknown): Record<string, string> {
  try {
    return part(JSON.parse(String(text ?? '{}'))) as Record<string, string>;
  } catch {
    return {};
  }
}

function container(sent: Json, notes: Json): Container {
  const { name, env, resources, ...rest } = sent;
  const throttled = notes[run('cpu-throttling')];
  const boost = notes[run('startup-cpu-boost')];
  const base = perContainer(notes[run('base-images')])[String(sent.name ?? '')];
  const source = /^gs:\/\/([^/]+)\/([^#]+)(?:#(\d+))?$/.exec(
    perContainer(notes[run('sources')])[String(sent.name ?? '')] ?? '',
  );
  const [, bucket = '', object = '', generation] = source ?? [];
  return filled({
    // gcloud sends an empty name.
    ...(name ? { name } : {}),
    ...rest,
    env: env === undefined ? undefined : environment(env),
    resources: filled({
      limits: part(resources).limits,
      cpuIdle: throttled === undefined ? undefined : String(throttled).toLowerCase() !== 'false',
      startupCpuBoost: boost === undefined ? undefined : isTrue(boost),
    }),
    baseImageUri: base,
    sourceCode: source ? { cloudStorageSource: filled({ bucket, object, generation }) } : undefined,
  }) as Container;
}

const volumeToV2 = (volume: Json): Json => {
  const secret = part(volume.secret);
  if (!secret.secretName) return volume;
  const items = list(secret.items).map(({ key, ...item }) => ({ ...item, version: key }));
  return { ...volume, secret: { secret: secret.secretName, items } };
};

const volumeToV1 = (volume: Json): Json => {
  const secret = part(volume.secret);
  if (!secret.secret) return volume;
  const items = list(secret.items).map(({ version, ...item }) => ({ ...item, key: version }));
  return { ...volume, secret: { secretName: secret.secret, items } };
};

export function toV2(template: Json): Template {
  const { name, labels, annotations } = part(template.metadata);
  const notes = part(annotations);
  const spec = part(template.spec);
  const scaling = filled({
    minInstanceCount: notes[MIN] === undefined ? undefined : Number(notes[MIN]),
    maxInstanceCount: notes[MAX] === undefined ? undefined : Number(notes[MAX]),
  });
  const vpcAccess = filled({
    connector: notes[run('vpc-access-connector')],
    egress: egresses[String(notes[run('vpc-access-egress')])],
  });
  const others = Object.entries(notes).filter(([key]) => !known.has(key));
  return filled({
    revision: name,
    labels: labels && Object.keys(part(labels)).length > 0 ? labels : undefined,
    annotations: others.length > 0 ? Object.fromEntries(others) : undefined,
    scaling: Object.keys(scaling).length > 0 ? scaling : undefined,
    timeout: spec.timeoutSeconds === undefined ? undefined : `${Number(spec.timeoutSeconds)}s`,
    serviceAccount: spec.serviceAccountName,
    maxInstanceRequestConcurrency: spec.containerConcurrency,
    vpcAccess: Object.keys(vpcAccess).length > 0 ? vpcAccess : undefined,
    executionEnvironment: environments[String(notes[run('execution-environment')])],
    sessionAffinity: isTrue(notes[run('sessionAffinity')]) ? true : undefined,
    nodeSelector: Object.keys(part(spec.nodeSelector)).length > 0 ? spec.nodeSelector : undefined,
    volumes: spec.volumes === undefined ? undefined : list(spec.volumes).map(volumeToV2),
    containers: list(spec.containers).map((each) => container(each, notes)),
  }) as Template;
}

function containerToV1(sent: Container): Json {
  const { env, resources, sourceCode: _, baseImageUri: __, buildInfo: ___, ...rest } = sent;
  return filled({
    ...rest,
    env: env?.map(({ name, value, valueSource }) => {
      const secret = valueSource?.secretKeyRef;
      return secret
        ? { name, valueFrom: { secretKeyRef: { name: secret.secret, key: secret.version ?? 'latest' } } }
        : { name, ...(value === undefined ? {} : { value }) };
    }),
    resources: { limits: resources?.limits },
  });
}

export function toV1({ containers = [], ...template }: Template): { metadata: Json; spec: Json } {
  const resources = containers[0]?.resources ?? {};
  const scaling = template.scaling ?? {};
  const vpc = part(template.vpcAccess);
  const perName = (pick: (each: Container) => string | undefined) => {
    const found = containers.flatMap((each) => {
      const value = pick(each);
      return value === undefined ? [] : [[each.name ?? '', value] as const];
    });
    return found.length > 0 ? JSON.stringify(Object.fromEntries(found)) : undefined;
  };
  const annotations = filled({
    ...template.annotations,
    [MAX]: scaling.maxInstanceCount ? String(scaling.maxInstanceCount) : undefined,
    [MIN]: scaling.minInstanceCount ? String(scaling.minInstanceCount) : undefined,
    [run('cpu-throttling')]: resources.cpuIdle === false ? 'false' : undefined,
    [run('startup-cpu-boost')]:
      resources.startupCpuBoost === undefined ? undefined : String(resources.startupCpuBoost),
    [run('vpc-access-connector')]: vpc.connector,
    [run('vpc-access-egress')]: nameOf(egresses, vpc.egress),
    [run('execution-environment')]: nameOf(environments, template.executionEnvironment),
    [run('sessionAffinity')]: template.sessionAffinity ? 'true' : undefined,
    [run('base-images')]: perName(({ baseImageUri }) => baseImageUri),
    [run('sources')]: perName(({ sourceCode }) => {
      const { bucket, object, generation } = sourceCode?.cloudStorageSource ?? {};
      return bucket && `gs://${bucket}/${object}${generation ? `#${generation}` : ''}`;
    }),
  });
  return {
    metadata: filled({ name: template.revision, labels: { ...template.labels }, annotations }),
    spec: filled({
      containerConcurrency: template.maxInstanceRequestConcurrency,
      timeoutSeconds: template.timeout === undefined ? undefined : Number.parseFloat(template.timeout),
      serviceAccountName: template.serviceAccount,
      nodeSelector: template.nodeSelector,
      volumes: template.volumes?.map((volume) => volumeToV1(volume as unknown as Json)),
      containers: containers.map(containerToV1),
    }),
  };
}
