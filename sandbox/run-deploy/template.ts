import { invalidArgument } from '../core/errors.ts';
import type { World } from '../core/state.ts';
import type { RevisionSettings } from '../run/model.ts';
import { cpus } from '../run/size.ts';

/** Parts of google.cloud.run.v2.RevisionTemplate as JSON. What has no rule here is kept as it was sent. */
export interface Template {
  revision?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  scaling?: { minInstanceCount?: number; maxInstanceCount?: number };
  timeout?: string;
  serviceAccount?: string;
  maxInstanceRequestConcurrency?: number;
  containers?: Container[];
  vpcAccess?: { connector?: string };
  volumes?: { name: string; secret?: { secret: string; items?: { version?: string }[] } }[];
  [field: string]: unknown;
}

export interface Container {
  name?: string;
  image?: string;
  sourceCode?: { cloudStorageSource?: StorageSource };
  baseImageUri?: string;
  command?: string[];
  args?: string[];
  workingDir?: string;
  env?: EnvVar[];
  resources?: { limits?: Record<string, string>; cpuIdle?: boolean; startupCpuBoost?: boolean };
  ports?: { name?: string; containerPort?: number }[];
  startupProbe?: { failureThreshold?: number; periodSeconds?: number; [field: string]: unknown };
  [field: string]: unknown;
}

export interface StorageSource {
  bucket: string;
  object: string;
  generation?: string;
}

export interface EnvVar {
  name: string;
  value?: string;
  valueSource?: { secretKeyRef?: { secret: string; version?: string } };
}

export const defaultAccount = (world: World): string =>
  `${world.projectNumber}-compute@developer.gserviceaccount.com`;

const field = (name: string, description: string) =>
  invalidArgument(`Violation in Service.template.${name}: ${description}`, [
    { field: `service.template.${name}`, description },
  ]);

/** The container that gets the requests: the only one, or the one with a port. */
export function ingressContainer({ containers = [] }: Template): Container {
  return (containers.length > 1 ? containers.find(({ ports }) => ports?.length) : containers[0]) ?? {};
}

/** Names that Cloud Run sets itself (cloud.google.com/run/docs/container-contract#env-vars). */
const reserved = new Set(['PORT', 'K_SERVICE', 'K_REVISION', 'K_CONFIGURATION']);

function checkContainer({ image, sourceCode, env = [], ports = [] }: Container, index: number): void {
  const at = `containers[${index}]`;
  if (!image && !sourceCode) throw field(`${at}.image`, 'required field not present.');
  for (const { name } of env) {
    if (!/^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(name ?? ''))
      throw field(`${at}.env`, `the name ${JSON.stringify(name)} is not valid.`);
    if (reserved.has(name))
      throw field(
        `${at}.env`,
        `The following reserved env names were provided: ${name}. These values are automatically set by the system.`,
      );
  }
  const twice = env.find(({ name }, i) => env.findIndex((other) => other.name === name) !== i);
  if (twice) throw field(`${at}.env`, `the name ${twice.name} is used more than once.`);
  if (ports.length > 1) throw field(`${at}.ports`, 'a container may have one port.');
  const port = ports[0]?.containerPort;
  if (port !== undefined && (port < 1 || port > 65_535))
    throw field(`${at}.ports[0].container_port`, `must be between 1 and 65535, got ${port}.`);
}

/** Refuses what Cloud Run refuses before it answers (google/cloud/run/v2/revision_template.proto and k8s.min.proto). */
export function checkTemplate(template: Template, serviceId: string): void {
  const { containers = [], revision, timeout, maxInstanceRequestConcurrency: concurrency } = template;
  if (containers.length === 0) throw field('containers', 'required field not present.');
  for (const [index, container] of containers.entries()) checkContainer(container, index);
  const listening = containers.filter(({ ports }) => ports?.length).length;
  if (containers.length > 1 && listening !== 1)
    throw field('containers', 'Revision template must contain exactly one container with an exposed port.');
  if (revision && !new RegExp(`^${serviceId}-[a-z0-9]([a-z0-9-]*[a-z0-9])?$`).test(revision))
    throw field(
      'revision',
      `'${revision}' must begin with '${serviceId}-' and have lower-case letters, digits and hyphens.`,
    );
  if (revision && revision.length > 63) throw field('revision', 'at most 63 characters.');
  const seconds = Number.parseFloat(timeout ?? '300s');
  if (seconds < 1 || seconds > 3600) throw field('timeout', 'must be between 1 second and 3600 seconds.');
  if (concurrency !== undefined && (concurrency < 0 || concurrency > 1000))
    throw field('max_instance_request_concurrency', 'must be between 1 and 1000.');
}

/** The template as Cloud Run shows it: with its defaults (cloud.google.com/run/docs/reference/rest/v2, field comments). */
export function withDefaults(world: World, sent: Template): Template {
  const template = structuredClone(sent);
  const single = template.containers?.length === 1;
  const { maxInstanceCount, ...scaling } = template.scaling ?? {};
  return {
    ...template,
    scaling: { ...scaling, maxInstanceCount: maxInstanceCount || 100 },
    timeout: template.timeout ?? '300s',
    serviceAccount: template.serviceAccount || defaultAccount(world),
    maxInstanceRequestConcurrency:
      template.maxInstanceRequestConcurrency ||
      (cpus(ingressContainer(template).resources?.limits?.cpu ?? '1') < 1 ? 1 : 80),
    containers: (template.containers ?? []).map((container) => {
      const port = container.ports?.[0]?.containerPort || 8080;
      const listens = single || container.ports?.length;
      const tcpSocket = { port };
      return {
        ...container,
        resources: {
          cpuIdle: true,
          startupCpuBoost: true,
          ...container.resources,
          limits: { cpu: '1', memory: '512Mi', ...container.resources?.limits },
        },
        ...(listens ? { ports: [{ name: container.ports?.[0]?.name ?? 'http1', containerPort: port }] } : {}),
        ...(listens && !container.startupProbe
          ? { startupProbe: { timeoutSeconds: 240, periodSeconds: 240, failureThreshold: 1, tcpSocket } }
          : {}),
      };
    }),
  };
}

/** Values of environment variables. A secret gives a value of its own, because the sandbox keeps no payloads. */
const textOf = ({ value, valueSource }: EnvVar): string => {
  const secret = valueSource?.secretKeyRef;
  return secret ? `value of ${secret.secret}, version ${secret.version ?? 'latest'}` : (value ?? '');
};

/** What the rest of the sandbox needs to know about a revision. */
export function settingsOf(template: Template): RevisionSettings {
  const container = ingressContainer(template);
  return {
    image: container.image ?? '',
    env: Object.fromEntries((container.env ?? []).map((entry) => [entry.name, textOf(entry)])),
    memory: container.resources?.limits?.memory ?? '512Mi',
    cpu: container.resources?.limits?.cpu ?? '1',
    concurrency: template.maxInstanceRequestConcurrency ?? 80,
    minInstances: template.scaling?.minInstanceCount ?? 0,
    maxInstances: template.scaling?.maxInstanceCount ?? 100,
    timeoutSeconds: Number.parseFloat(template.timeout ?? '300s'),
    serviceAccount: template.serviceAccount ?? '',
    labels: template.labels ?? {},
    port: container.ports?.[0]?.containerPort ?? 8080,
    template,
  };
}

/** The secrets that a revision mounts. */
export function secretsOf({
  containers = [],
  volumes = [],
}: Template): { secret: string; version: string }[] {
  const inEnv = containers.flatMap(({ env = [] }) =>
    env.flatMap(({ valueSource }) => valueSource?.secretKeyRef ?? []),
  );
  const inVolumes = volumes.flatMap(({ secret }) =>
    secret ? [{ secret: secret.secret, version: secret.items?.[0]?.version ?? 'latest' }] : [],
  );
  return [...inEnv, ...inVolumes].map(({ secret, version = 'latest' }) => ({ secret, version }));
}
