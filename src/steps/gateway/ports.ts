import type { Diagnostic } from '../../domain/gateway/google-refusal.ts';
import type { RecordedGateway } from '../../domain/traffic/record.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Prober } from '../ports/prober.ts';

export interface GatewayFact {
  name: string;
  /** Full name of the configuration that it names. */
  config: string;
  host: string;
  /** `ACTIVE`, `UPDATING`, `FAILED`, … */
  state: string;
}

export interface ConfigFact {
  name: string;
  /** `ACTIVE`, `CREATING`, `ACTIVATING`, `FAILED`, … */
  state: string;
  createTime: string;
  labels: Readonly<Record<string, string>>;
  account: string;
  /** Texts of the OpenAPI documents. Empty unless they were asked for. */
  documents: readonly string[];
}

export interface OperationFact {
  done: boolean;
  /** `code` is one of google.rpc.Code. */
  error?: { code?: number | undefined; message: string; diagnostics: readonly Diagnostic[] } | undefined;
}

export interface ServiceFact {
  urls: readonly string[];
  audiences: readonly string[];
  timeoutSeconds: number | undefined;
}

/** API Gateway. Every call is bounded. Reads return undefined for what does not exist. */
export interface Gateways {
  gateway(name: string, signal?: AbortSignal): Promise<GatewayFact | undefined>;
  /** The managed service of an API. */
  api(name: string, signal?: AbortSignal): Promise<{ managedService: string } | undefined>;
  config(name: string, signal?: AbortSignal): Promise<ConfigFact | undefined>;
  configs(api: string, signal?: AbortSignal): Promise<ConfigFact[]>;
  /** The gateways of every region. Undefined if some region did not answer. */
  all(project: string, signal?: AbortSignal): Promise<GatewayFact[] | undefined>;
  /** Is the service on? Undefined if this identity may not see it. */
  isEnabled(project: string, service: string, signal?: AbortSignal): Promise<boolean | undefined>;
  /** Names of the operations. Undefined: the thing exists already. */
  createApi(name: string, signal?: AbortSignal): Promise<string | undefined>;
  createConfig(
    name: string,
    config: { account: string; file: string; document: string; labels: Record<string, string> },
    signal?: AbortSignal,
  ): Promise<string | undefined>;
  createGateway(name: string, config: string, signal?: AbortSignal): Promise<string | undefined>;
  move(name: string, config: string, signal?: AbortSignal): Promise<string>;
  /** Replaces the labels of a configuration: nothing else of one ever changes. Returns the operation. */
  label(config: string, labels: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<string>;
  deleteConfig(name: string, signal?: AbortSignal): Promise<void>;
  operation(name: string, signal?: AbortSignal): Promise<OperationFact | undefined>;
  /** The Cloud Run service behind the gateway. */
  service(name: string, signal?: AbortSignal): Promise<ServiceFact | undefined>;
}

export interface GatewayPorts {
  gateways: Gateways;
  prober: Prober;
  clock: Clock;
  log: Log;
  /** An ID token of the account that may call, for an audience. Undefined if there is no such account. */
  idToken: ((audience: string, signal?: AbortSignal) => Promise<string>) | undefined;
  sha256(text: string): string;
  /** A path that nobody has defined. */
  random(): string;
}

export interface GatewayRequest {
  mode: 'plan' | 'verify' | 'apply';
  project: string;
  region: string;
  /** Path of the document, for messages and annotations, and its text. */
  file: string;
  text: string;
  /** Short names. Without a gateway, the document is only judged. */
  api: string | undefined;
  gateway: string | undefined;
  /** The Cloud Run service behind it, if its settings are to be compared. */
  service: string | undefined;
  /** E-mail of the account that the gateway calls the function as. */
  account: string | undefined;
  apiKey: string | undefined;
  /** The operation that is called with a credential. Undefined: the first GET without parameters. */
  probe: { method: string; path: string } | undefined;
  timeoutMs: number;
  /** Milliseconds between looks. */
  paceMs: number;
  keep: number;
  /** Called before a gateway that exists is moved: a release writes it into its record. If it throws, nothing is moved. Without it, labels of the configuration remember the move. */
  beforeMove?: ((move: RecordedGateway) => Promise<void>) | undefined;
  /** Called before a gateway that exists is moved, for a post step in the same job. */
  begins?: ((move: RecordedGateway) => void) | undefined;
  /** Is the run being cancelled? Then whoever called takes the gateway back itself, after the traffic. */
  isCancelled?: (() => boolean) | undefined;
  signal: AbortSignal;
}
