import type { JsonObject } from '../../domain/data/json.ts';
import type { Examined } from '../../domain/doctor/check.ts';
import type { CleanupPolicy, StoredImage } from '../../domain/doctor/cleanup.ts';
import type { BranchRule } from '../../domain/doctor/environment.ts';
import type { LogSink } from '../../domain/doctor/logs.ts';
import type { Reading } from '../../domain/exposure/facts.ts';
import type { Images } from '../ports/images.ts';
import type { PreflightSources } from '../ports/preflight.ts';
import type { Services } from '../ports/services.ts';
import type { DeployTarget } from '../ports/target.ts';
import type { PreflightResult } from '../preflight/preflight.ts';

/** What a doctor reads of Google Cloud besides what a preflight reads. Failures are values. */
export interface DoctorSources {
  /** Reads one entry of the request log, to see whether that is allowed. */
  logs(project: string, service: string, signal: AbortSignal): Promise<Reading<number>>;
  sink(project: string, signal: AbortSignal): Promise<Reading<LogSink>>;
  /** The images of a repository of Artifact Registry. */
  images(repository: string, signal: AbortSignal): Promise<Reading<StoredImage[]>>;
  policies(
    repository: string,
    signal: AbortSignal,
  ): Promise<Reading<{ policies: CleanupPolicy[]; dryRun: boolean }>>;
}

export interface DoctorPorts {
  images: Images;
  target: Pick<DeployTarget, 'read'>;
  services: Pick<Services, 'get' | 'revisions'>;
  sources: DoctorSources;
  /** Google's list of runtimes in a region. Undefined if the project does not use the Functions API, which has it. */
  runtimes(location: string, signal: AbortSignal): Promise<JsonObject[] | undefined>;
  /** Tries what every stage needs, as a release does. */
  preflight(): Promise<PreflightResult>;
  /** Asks as the identity that releases which permissions it has. Undefined if nobody may ask as it. */
  held(): PreflightSources['held'] | undefined;
  /** What the workflows of this repository say. */
  workflows(): string[];
  /** Examines the login. Undefined if this is not a login without a key, such as on a person's machine. */
  login(): Promise<Examined | undefined>;
  /** The suite and the SLO file, and everything that they name. */
  files(): Promise<Examined>;
  /** The branch rule of an environment. */
  branches(repository: string, environment: string): Promise<Reading<BranchRule>>;
}

export interface DoctorRequest {
  project: string;
  region: string;
  name: string;
  /** The environment of the job, and its repository, if they are known. */
  environment: () => { repository: string; environment: string } | undefined;
  /** The account that will release, if it was not asked what it may do. */
  untried?: string | undefined;
  /** An ISO day. */
  today: string;
  /** Milliseconds of the epoch. */
  now: number;
  signal: AbortSignal;
}
