import { sizeFields, wantedTemplate } from '../../domain/capacity/record.ts';
import { type Json, type JsonObject, listOf, objectOf, setAt, textOf } from '../../domain/data/json.ts';
import { mainContainer, withContainer } from '../../domain/deploy/main-container.ts';
import type { Settings } from '../../domain/deploy/settings.ts';
import { runIngress } from './config.ts';
import { withSecretVariables, withVariables } from './container.ts';
import { withSecretVolumes } from './volumes.ts';

/** A google.cloud.run.v2.Service to send, and the fields of it that are meant. */
export interface Draft {
  body: JsonObject;
  mask: Set<string>;
}

type Apply = (draft: Draft, value: Json, project: string) => void;

const template = (draft: Draft): JsonObject => objectOf(draft.body.template);

function setTemplate(draft: Draft, path: string, value: Json): void {
  const copy = structuredClone(template(draft));
  setAt(copy, path, value);
  draft.body.template = copy;
  draft.mask.add(`template.${path}`);
}

function setContainer(draft: Draft, change: (container: JsonObject) => JsonObject): void {
  const old = template(draft);
  draft.body.template = withContainer(old, change(mainContainer(old)));
  draft.mask.add('template.containers');
}

const limit =
  (name: string): Apply =>
  (draft, value) =>
    setContainer(draft, (container) => {
      const resources = objectOf(container.resources);
      return {
        ...container,
        resources: { ...resources, limits: { ...objectOf(resources.limits), [name]: value } },
      };
    });

const inTemplate =
  (path: string, shape: (value: Json) => Json = (value) => value): Apply =>
  (draft, value) =>
    setTemplate(draft, path, shape(value));

const inService =
  (path: string, shape: (value: Json) => Json = (value) => value): Apply =>
  (draft, value) => {
    draft.body[path] = shape(value);
    draft.mask.add(path);
  };

/** A connector and network interfaces exclude each other. */
const network =
  (path: string, gone?: string, shape: (value: Json) => Json = (value) => value): Apply =>
  (draft, value) => {
    const copy = structuredClone(template(draft));
    const access = { ...objectOf(copy.vpcAccess), [path]: shape(value) };
    if (gone) delete access[gone as keyof typeof access];
    draft.body.template = { ...copy, vpcAccess: access };
    draft.mask.add('template.vpcAccess');
  };

const withoutPrefix = (value: Json): Json => (textOf(value) ?? '').replace(/^VPC_EGRESS_/, '');
const objects = (value: Json): JsonObject[] => listOf(value).map(objectOf);

/** Where each setting of the inputs stands in a service of Cloud Run (google/cloud/run/v2/service.proto, revision_template.proto). */
const fields: Readonly<Record<string, Apply>> = {
  description: inService('description'),
  labels: inService('labels'),
  kmsKeyName: inTemplate('encryptionKey'),
  'serviceConfig.ingressSettings': inService('ingress', (value) => runIngress(textOf(value) ?? '')),
  'serviceConfig.availableMemory': limit('memory'),
  'serviceConfig.availableCpu': limit('cpu'),
  'serviceConfig.timeoutSeconds': inTemplate('timeout', (value) => `${String(value)}s`),
  'serviceConfig.maxInstanceCount': inTemplate('scaling.maxInstanceCount'),
  'serviceConfig.minInstanceCount': inTemplate('scaling.minInstanceCount'),
  'serviceConfig.maxInstanceRequestConcurrency': inTemplate('maxInstanceRequestConcurrency'),
  'serviceConfig.serviceAccountEmail': inTemplate('serviceAccount'),
  'serviceConfig.vpcConnector': network('connector', 'networkInterfaces'),
  'serviceConfig.vpcConnectorEgressSettings': network('egress'),
  'serviceConfig.directVpcNetworkInterface': network('networkInterfaces', 'connector'),
  'serviceConfig.directVpcEgress': network('egress', undefined, withoutPrefix),
  'serviceConfig.environmentVariables': (draft, value) =>
    setContainer(draft, (container) => withVariables(container, objectOf(value))),
  'serviceConfig.secretEnvironmentVariables': (draft, value, project) =>
    setContainer(draft, (container) => withSecretVariables(container, objects(value), project)),
  'serviceConfig.secretVolumes': (draft, value, project) => {
    draft.body.template = withSecretVolumes(template(draft), objects(value), project);
    draft.mask.add('template.volumes').add('template.containers');
  },
};

/** The settings that a service of Cloud Run does not have. */
export const foreignSettings = (settings: Settings): string[] =>
  [...settings.keys()].filter((path) => fields[path] === undefined);

/** Writes settings into a draft. Paths without a place in Cloud Run are the caller's mistake. */
export function applySettings(draft: Draft, settings: Settings, project: string): void {
  for (const [path, value] of settings) fields[path]?.(draft, value, project);
}

/** A draft that starts from the live service, so that everything that is not set stays as it is. */
export function draftFrom(raw: JsonObject | undefined): Draft {
  const shown = raw?.template;
  // An interrupted measurement leaves a size that nobody asked for.
  const wanted = wantedTemplate(objectOf(raw));
  const live = structuredClone(wanted);
  const draft: Draft = { body: { template: live }, mask: new Set() };
  if (shown !== undefined && wanted !== shown)
    for (const path of sizeFields) draft.mask.add(`template.${path}`);
  // A template that names its revision would name the same one again, which Cloud Run refuses.
  if (objectOf(shown).revision !== undefined) {
    delete live.revision;
    draft.mask.add('template.revision');
  }
  return draft;
}

/** Writes the main container of a draft. */
export const changeContainer = setContainer;

/** Labels of the revision. One without a value is removed. */
export function setRevisionLabels(draft: Draft, labels: Readonly<Record<string, string | undefined>>): void {
  const all = Object.entries({ ...objectOf(template(draft).labels), ...labels });
  setTemplate(draft, 'labels', Object.fromEntries(all.filter(([, value]) => value !== undefined)));
}
