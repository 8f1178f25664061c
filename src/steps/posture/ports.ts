import type { JsonObject } from '../../domain/data/json.ts';
import type { Reading } from '../../domain/exposure/facts.ts';
import type { AllowPolicy } from '../../domain/exposure/policy/policy.ts';
import type { BackendFact } from '../../domain/posture/facts.ts';

/** Where the source of the last build lies. */
export type UploadPlace = { function: string } | { bucket: string; object: string };

/**
 * Reads what the table needs beyond the guard. A failed read is a value that names the call and the missing permission. Only a
 * cancelled run and a failed login throw.
 */
export interface PostureSources {
  function(name: string, signal?: AbortSignal): Promise<Reading<JsonObject>>;
  service(name: string, signal?: AbortSignal): Promise<Reading<JsonObject>>;
  revision(name: string, signal?: AbortSignal): Promise<Reading<JsonObject>>;
  /** Backends of load balancers whose serverless group sends requests to the service. */
  backends(
    place: { project: string; region: string; service: string; function: string; number: string | undefined },
    signal?: AbortSignal,
  ): Promise<Reading<BackendFact[]>>;
  secret(name: string, signal?: AbortSignal): Promise<Reading<JsonObject>>;
  versions(secret: string, signal?: AbortSignal): Promise<Reading<JsonObject[]>>;
  secretPolicy(secret: string, signal?: AbortSignal): Promise<Reading<AllowPolicy>>;
  /** Names of the files in the zip. Their content is never read. */
  upload(place: UploadPlace, signal?: AbortSignal): Promise<Reading<string[]>>;
  /** What the scan of one image found. */
  scan(project: string, image: string, signal?: AbortSignal): Promise<Reading<JsonObject[]>>;
  admission(project: string, signal?: AbortSignal): Promise<Reading<JsonObject>>;
  key(name: string, signal?: AbortSignal): Promise<Reading<JsonObject>>;
  perimeters(organization: string, signal?: AbortSignal): Promise<Reading<JsonObject[]>>;
  alertPolicies(project: string, signal?: AbortSignal): Promise<Reading<JsonObject[]>>;
  channels(project: string, signal?: AbortSignal): Promise<Reading<JsonObject[]>>;
  billing(project: string, signal?: AbortSignal): Promise<Reading<JsonObject>>;
  /** @param account `billingAccounts/A` */
  budgets(account: string, signal?: AbortSignal): Promise<Reading<JsonObject[]>>;
  bucket(name: string, signal?: AbortSignal): Promise<Reading<JsonObject>>;
  bucketPolicy(name: string, signal?: AbortSignal): Promise<Reading<AllowPolicy>>;
}
