import type { World } from '../core/state.ts';
import type { Image } from '../revisions/image.ts';
import type { Instance } from '../revisions/instance.ts';

export type Allocation = 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST' | 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION';
export const LATEST: Allocation = 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST';
export const PINNED: Allocation = 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION';

/** One entry of `traffic`, as the user wrote it. `revision` is a short name. */
export interface Target {
  type: Allocation;
  revision?: string;
  percent?: number;
  tag?: string;
}

/** One entry of the live traffic, in which LATEST is resolved to a revision. */
export interface LiveTarget extends Target {
  serves: string;
}

export interface RevisionSettings {
  image: string;
  env: Record<string, string>;
  memory: string;
  cpu: string;
  concurrency: number;
  minInstances: number;
  maxInstances: number;
  timeoutSeconds: number;
  serviceAccount: string;
  labels: Record<string, string>;
  /** The port of the container, if it is not 8080. */
  port?: number;
  /** google.cloud.run.v2.RevisionTemplate, if the revision was made through Cloud Run's API. Its images are by digest. */
  template?: Record<string, unknown>;
}

export interface Revision {
  /** Short name of the revision. */
  name: string;
  uid: string;
  createTime: number;
  settings: RevisionSettings;
  image: Image;
  instance: Instance;
  state: 'pending' | 'ready' | 'failed';
  message?: string;
  /** When the revision last served. The idle process with the oldest time is stopped first. */
  lastUsed: number;
}

/** One URL of a service on its own port. */
export interface Door {
  /** `balancer` is what comes through a load balancer. It is not in the list of the service's own URLs. */
  kind: 'service' | 'deterministic' | 'function' | 'tag' | 'balancer';
  tag?: string;
  url: string;
  /** The address on this machine behind `url`. */
  local: string;
  close(): Promise<void>;
}

export interface Service {
  project: string;
  location: string;
  id: string;
  /** projects/P/locations/L/services/S */
  name: string;
  uid: string;
  creator: string;
  lastModifier: string;
  createTime: number;
  updateTime: number;
  generation: number;
  observedGeneration: number;
  etagSerial: number;
  description: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  client: string;
  clientVersion: string;
  ingress: string;
  invokerIamDisabled: boolean;
  iapEnabled: boolean;
  defaultUriDisabled: boolean;
  customAudiences: string[];
  /** google.cloud.run.v2.ServiceScaling, as it was sent. */
  scaling: Record<string, unknown>;
  /** google.cloud.run.v2.RevisionTemplate as the user has it. Undefined if only Cloud Functions has written the template. */
  template: Record<string, unknown> | undefined;
  /** google.cloud.run.v2.BuildConfig of a service that is built from source. */
  buildConfig: Record<string, unknown> | undefined;
  launchStage: string | undefined;
  binaryAuthorization: Record<string, unknown> | undefined;
  /** Set by tests: no request changes them. */
  threatDetectionEnabled?: boolean;
  sshEnabled?: boolean;
  traffic: Target[];
  live: LiveTarget[];
  revisions: Map<string, Revision>;
  /** Counts all revisions that were ever created. Their names contain it. */
  revisionSerial: number;
  latestCreated: string | undefined;
  latestReady: string | undefined;
  /** Why the newest change could not be carried out. */
  failure: string | undefined;
  doors: Map<string, Door>;
  deleted: boolean;
}

export interface RunOperation {
  name: string;
  done: boolean;
  metadata: Record<string, unknown>;
  response?: Record<string, unknown>;
  error?: { code: number; message: string };
}

export interface RunState {
  /** The services by full name. */
  services: Map<string, Service>;
  operations: Map<string, RunOperation>;
}

export const runState = (world: World): RunState =>
  world.extension('run', () => ({ services: new Map(), operations: new Map() }));

/** The full resource name, under which IAM policies are stored. */
export const serviceResource = (service: Service): string => `//run.googleapis.com/${service.name}`;

export const revisionPath = (service: Service, revision: string): string =>
  `${service.name}/revisions/${revision}`;

/** The etag with its quotes, as in Google's v2 API. */
export const etagOf = (service: Service): string =>
  `"${Buffer.from(`${service.uid.slice(0, 8)}${service.etagSerial}`).toString('base64')}"`;

export const isSettled = (service: Service): boolean => service.observedGeneration === service.generation;
