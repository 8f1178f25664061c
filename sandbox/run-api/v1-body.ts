import { invalidArgument } from '../core/errors.ts';
import { LATEST, PINNED } from '../run/model.ts';
import type { Body } from './fields.ts';
import { ingressOf, isTrue } from './v1-names.ts';
import { toV2 } from './v1-template.ts';

type Json = Record<string, unknown>;
const part = (value: unknown): Json => (value ?? {}) as Json;

/** Keys that Cloud Run itself keeps. A client that replaces a service sends them back with the others. */
const systemKey =
  /^(?:[\w-]+\.)*(?:run\.googleapis\.com|cloud\.googleapis\.com|(?:serving|autoscaling)\.knative\.dev)\//;
const own = (map: Json): Record<string, string> =>
  Object.fromEntries(
    Object.entries(map).flatMap(([key, value]) => (systemKey.test(key) ? [] : [[key, String(value)]])),
  );

/** The parts of google.cloud.run.v2.BuildConfig that v1 has as annotations of the service. gcloud writes them after its build. */
export const buildAnnotations: Readonly<Record<string, string>> = {
  name: 'build-name',
  sourceLocation: 'build-source-location',
  functionTarget: 'build-function-target',
  imageUri: 'build-image-uri',
  baseImage: 'build-base-image',
  enableAutomaticUpdates: 'build-enable-automatic-updates',
  workerPool: 'build-worker-pool',
  serviceAccount: 'build-service-account',
  environmentVariables: 'build-environment-variables',
};

function buildConfig(notes: Json): Body | undefined {
  const found = Object.entries(buildAnnotations).flatMap(([field, annotation]) => {
    const value = notes[`run.googleapis.com/${annotation}`];
    if (value === undefined) return [];
    if (field === 'enableAutomaticUpdates') return [[field, isTrue(value)] as const];
    if (field === 'environmentVariables') return [[field, JSON.parse(String(value)) as Json] as const];
    return [[field, value] as const];
  });
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}

/** The fields of v2 that a replacement through v1 sets. Those that it leaves out are cleared. */
export const replaced: readonly string[] = [
  'traffic',
  'ingress',
  'annotations',
  'labels',
  'invokerIamDisabled',
  'defaultUriDisabled',
  'iapEnabled',
  'description',
  'client',
  'clientVersion',
  'launchStage',
  'template',
  'buildConfig',
];

/** A service of v1 (serving.knative.dev/v1 Service) as the body of v2. */
export function toV2Body(service: Json): Body {
  const { metadata, spec } = { metadata: part(service.metadata), spec: part(service.spec) };
  const notes = part(metadata.annotations);
  const flag = (name: string) => isTrue(notes[`run.googleapis.com/${name}`]);
  const text = (name: string) => String(notes[`run.googleapis.com/${name}`] ?? '');
  const ingress = ingressOf(text('ingress') || 'all');
  if (!ingress) throw invalidArgument('metadata.annotations[run.googleapis.com/ingress]: unknown value');
  const targets = (Array.isArray(spec.traffic) ? (spec.traffic as Json[]) : []).map(
    ({ latestRevision, revisionName, percent, tag }) => ({
      type: latestRevision ? LATEST : PINNED,
      ...(revisionName && !latestRevision ? { revision: revisionName } : {}),
      ...(percent === undefined ? {} : { percent: Number(percent) }),
      ...(tag ? { tag } : {}),
    }),
  );
  const config = buildConfig(notes);
  return {
    traffic: targets,
    ingress,
    annotations: own(notes),
    labels: own(part(metadata.labels)),
    invokerIamDisabled: flag('invoker-iam-disabled'),
    defaultUriDisabled: flag('default-url-disabled'),
    iapEnabled: flag('iap-enabled'),
    description: text('description'),
    client: text('client-name'),
    clientVersion: text('client-version'),
    ...(text('launch-stage') ? { launchStage: text('launch-stage') } : {}),
    template: toV2(part(spec.template)),
    ...(config ? { buildConfig: config } : {}),
  };
}
