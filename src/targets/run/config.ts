import { type Json, type JsonObject, objectOf, textMapOf, textOf } from '../../domain/data/json.ts';
import { parseName } from '../../domain/data/resource-name.ts';
import { mainContainer } from '../../domain/deploy/main-container.ts';
import type { RunService } from '../../steps/ports/services.ts';
import { buildConfigOf } from './build-config.ts';
import { secretParts, variablesOf } from './container.ts';
import { secretVolumesOf } from './volumes.ts';

const ingressNames: Readonly<Record<string, string>> = {
  INGRESS_TRAFFIC_ALL: 'ALLOW_ALL',
  INGRESS_TRAFFIC_INTERNAL_ONLY: 'ALLOW_INTERNAL_ONLY',
  INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER: 'ALLOW_INTERNAL_AND_GCLB',
};

/** Cloud Run's word for an ingress setting of the inputs. */
export const runIngress = (setting: string): string =>
  Object.entries(ingressNames).find(([, name]) => name === setting)?.[0] ?? setting;

const secondsOf = (duration: string | undefined): number | undefined =>
  duration === undefined ? undefined : Number.parseFloat(duration);

/** Numbers that are not set come as 0 or not at all. */
const count = (value: Json | undefined): number | undefined => {
  const number = Number(value);
  return value === undefined || value === null || !Number.isFinite(number) ? undefined : number;
};

/** The settings of a service by the paths that the inputs' settings have. What no input sets is not in it. */
export function configOf(service: RunService): JsonObject {
  const { raw } = service;
  const { project = '' } = parseName(service.name);
  const template = objectOf(raw.template);
  const container = mainContainer(template);
  const limits = objectOf(objectOf(container.resources).limits);
  const scaling = objectOf(template.scaling);
  const network = objectOf(template.vpcAccess);
  const interfaces = network.networkInterfaces;
  const variables = variablesOf(container);
  const serviceConfig: JsonObject = {
    service: service.name,
    uri: service.uri,
    revision: service.latestCreatedRevision,
    availableMemory: textOf(limits.memory),
    availableCpu: textOf(limits.cpu),
    timeoutSeconds: secondsOf(textOf(template.timeout)),
    maxInstanceCount: count(scaling.maxInstanceCount),
    minInstanceCount: count(scaling.minInstanceCount),
    maxInstanceRequestConcurrency: count(template.maxInstanceRequestConcurrency),
    serviceAccountEmail: textOf(template.serviceAccount),
    ingressSettings: ingressNames[service.ingress ?? ''],
    environmentVariables: Object.fromEntries(
      variables.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
    ),
    secretEnvironmentVariables: variables.flatMap(({ name, secret }) =>
      secret ? [{ key: name, ...secretParts(secret.secret, project), version: secret.version }] : [],
    ),
    secretVolumes: secretVolumesOf(template, project),
    vpcConnector: textOf(network.connector),
    vpcConnectorEgressSettings: textOf(network.connector) && textOf(network.egress),
    directVpcNetworkInterface: interfaces,
    directVpcEgress: interfaces === undefined ? undefined : prefixed(textOf(network.egress)),
  };
  return {
    description: service.description,
    labels: textMapOf(raw.labels),
    kmsKeyName: textOf(template.encryptionKey),
    buildConfig: buildConfigOf(raw),
    serviceConfig,
  };
}

const prefixed = (egress: string | undefined) => (egress === undefined ? undefined : `VPC_EGRESS_${egress}`);
