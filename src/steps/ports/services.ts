import type { JsonObject } from '../../domain/data/json.ts';
import type { OutsideChange } from '../../domain/traffic/outside/put-back.ts';
import type { ServiceScaling } from '../../domain/traffic/outside/settings.ts';
import type { TrafficTarget } from '../../domain/traffic/traffic.ts';

export interface TrafficStatus extends TrafficTarget {
  /** URL of the tag, if the target has a tag. */
  uri?: string | undefined;
}

/** The parts of a Cloud Run v2 Service that the use cases read. Revision names are short, URLs are whole. */
export interface RunService {
  /** projects/P/locations/L/services/S */
  name: string;
  uri: string;
  urls: string[];
  etag: string;
  annotations: Record<string, string>;
  labels: Record<string, string>;
  traffic: TrafficTarget[];
  trafficStatuses: TrafficStatus[];
  latestCreatedRevision: string | undefined;
  latestReadyRevision: string | undefined;
  invokerIamDisabled: boolean;
  iapEnabled: boolean;
  defaultUriDisabled: boolean;
  ingress: string | undefined;
  customAudiences: string[];
  scaling: ServiceScaling;
  description: string;
  reconciling: boolean;
  /** Cloud Run has processed the last change: generation equals observedGeneration, and it is not reconciling. */
  arrived: boolean;
  /** Cloud Run has processed the last change, and the terminal condition succeeded. */
  settled: boolean;
  terminalMessage: string | undefined;
  raw: JsonObject;
}

export interface RunRevision {
  /** Short name of the revision. */
  name: string;
  ready: boolean;
  /** Startup finished and failed. False while Cloud Run is still deciding. */
  failed: boolean;
  createTime: string;
  message: string | undefined;
  logUri: string | undefined;
  raw: JsonObject;
}

/**
 * Cloud Run v2. A service is named `projects/P/locations/L/services/S`, a revision by its short name. Reads return
 * undefined if the resource does not exist. Every other failure is a `ReleaseError`, and every call has its own deadline.
 */
export interface Services {
  get(service: string, signal?: AbortSignal): Promise<RunService | undefined>;
  revisions(service: string, signal?: AbortSignal): Promise<RunRevision[]>;
  revision(service: string, revision: string, signal?: AbortSignal): Promise<RunRevision | undefined>;
  /**
   * Changes exactly the given fields and resolves once the server accepts the change, which is before it takes effect.
   * A stale etag is the value `conflict`, because the caller must read the service again and decide again.
   */
  patch(
    service: string,
    change: {
      traffic?: TrafficTarget[];
      annotations?: Record<string, string>;
    } & OutsideChange,
    options: { etag: string; validateOnly?: boolean; signal?: AbortSignal },
  ): Promise<'accepted' | 'conflict'>;
}
