import type { JsonObject } from '../data/json.ts';
import type { ExposureFacts, Reading } from '../exposure/facts.ts';
import type { Judgement } from '../exposure/judge.ts';
import type { AllowPolicy } from '../exposure/policy/policy.ts';

/**
 * Everything that the table is made from. What the guard reads is the guard's own; the rest is the JSON of Google's APIs, as
 * it was read. `undefined` means that nothing asked for it, because the service does not use it.
 */
export interface PostureFacts {
  exposure: ExposureFacts;
  /** The guard's verdict on the same facts. */
  judgement: Judgement;
  /** run v2 Service. */
  service: Reading<JsonObject> | undefined;
  /** cloudfunctions v2 Function. Undefined for a service without a function. */
  function: Reading<JsonObject> | undefined;
  /** Backends of load balancers that send requests to the service. */
  backends: Reading<BackendFact[]>;
  secrets: readonly SecretFact[];
  /** Names of the files in the zip that was built last. Undefined for an image. */
  upload: Reading<readonly string[]> | undefined;
  /** run v2 Revision with most traffic, if it is another one than the template makes. */
  serving?: Reading<JsonObject> | undefined;
  /** The image that serves, with its digest if it is known. */
  image: string | undefined;
  /** containeranalysis v1 Occurrences of the kinds VULNERABILITY and DISCOVERY. Undefined without a digest. */
  scan: Reading<JsonObject[]> | undefined;
  /** binaryauthorization v1 Policy of the project. Undefined if the service does not use it. */
  admission: Reading<JsonObject> | undefined;
  /** cloudkms v1 CryptoKey. Undefined if the service names none. */
  key: Reading<JsonObject> | undefined;
  /** accesscontextmanager v1 ServicePerimeters of the organisation. Undefined without an organisation. */
  perimeters: Reading<JsonObject[]> | undefined;
  /** monitoring v3 AlertPolicies and NotificationChannels of the project. */
  alerts: Reading<JsonObject[]>;
  channels: Reading<JsonObject[]>;
  /** cloudbilling v1 ProjectBillingInfo, and billingbudgets v1 Budgets of its account. */
  billing: Reading<JsonObject>;
  budgets: Reading<JsonObject[]> | undefined;
  buckets: readonly BucketFact[];
  /** The size of the largest request body that users send, in bytes. */
  largestBody: number;
  /** Milliseconds since the epoch. */
  now: number;
}

export interface BackendFact {
  /** compute v1 BackendService. */
  service: JsonObject;
  /** compute v1 SecurityPolicy. Undefined if the backend has none. */
  policy: Reading<JsonObject> | undefined;
  /** compute v1 SecurityPolicies of the organisation and of folders, which are asked first. Undefined: Google did not say. */
  above?: Reading<JsonObject[]> | undefined;
  /** The policy of Identity-Aware Proxy on this backend. Undefined if it is off. */
  access: Reading<AllowPolicy> | undefined;
}

/** A secret that the service reads. */
export interface SecretFact {
  /** `projects/P/secrets/S` */
  name: string;
  /** Where the service reads it. */
  uses: readonly SecretUse[];
  /** secretmanager v1 Secret. */
  secret: Reading<JsonObject>;
  /** secretmanager v1 SecretVersions, without payloads. */
  versions: Reading<JsonObject[]>;
  policy: Reading<AllowPolicy>;
}

export interface SecretUse {
  /** A name of a variable, or the path of a volume. */
  at: string;
  kind: 'variable' | 'volume';
  version: string;
}

export interface BucketFact {
  name: string;
  /** storage v1 Bucket. */
  reading: Reading<JsonObject>;
  /** Undefined if nobody has to ask, because public access is prevented. */
  policy: Reading<AllowPolicy> | undefined;
}
