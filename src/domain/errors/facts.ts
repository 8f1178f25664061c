/** What is known about a failure, as data. domain/causes turns it into a cause and a repair; nothing reads the sentence of an error. */

/** What failed: a call of an API, a build, the start of a revision, another stage of a deploy, or the network below a call. */
export type FailureKind = 'call' | 'build' | 'start' | 'deploy' | 'network';

/** An entry of google.rpc.PreconditionFailure, QuotaFailure or BadRequest. */
export interface Violation {
  /** Such as `constraints/run.allowedIngress`. Only PreconditionFailure has it. */
  type?: string | undefined;
  /** What was violated: a resource, a quota, or the field of a request. */
  subject: string;
  description: string;
}

/** Names of the run that a repair needs. What is not known stays undefined. */
export interface RunNames {
  project?: string | undefined;
  region?: string | undefined;
  /** Short name of the function. */
  name?: string | undefined;
  /** The identity of this job, as a member of IAM: `serviceAccount:…` or `principal://…`. */
  member?: string | undefined;
  /** E-mail of the account that the function runs as. */
  runtimeAccount?: string | undefined;
  /** E-mail of the account that builds it. */
  buildAccount?: string | undefined;
  entryPoint?: string | undefined;
  /** The container image, by its digest. Undefined if source was deployed. */
  image?: string | undefined;
  sourceDir?: string | undefined;
  /** `availableMemory`, such as `512Mi`. */
  memory?: string | undefined;
}

export interface FailureFacts {
  kind: FailureKind;
  /** Google's sentence, or the text of the system error. Short, and without tokens. */
  message: string;
  /** Name of the API without its domain, such as `run`. */
  api?: string | undefined;
  /** HTTP method and path. */
  method?: string | undefined;
  path?: string | undefined;
  /** HTTP status, or 0 if no answer arrived. */
  status?: number | undefined;
  /** Name of the google.rpc.Code. */
  statusName?: string | undefined;
  /** google.rpc.ErrorInfo. */
  reason?: string | undefined;
  domain?: string | undefined;
  metadata?: Readonly<Record<string, string>> | undefined;
  /** The permission that was missing, if Google names it. */
  permission?: string | undefined;
  preconditions?: readonly Violation[] | undefined;
  quotas?: readonly Violation[] | undefined;
  fields?: readonly Violation[] | undefined;
  /** How long Google asks to wait before another attempt (google.rpc.RetryInfo, or the header Retry-After), in milliseconds. */
  retryAfterMs?: number | undefined;
  /** Address of the whole log of the build or of the revision. */
  link?: string | undefined;
  /** The end of the log of the build or of the revision. */
  lines?: readonly string[] | undefined;
  /** What the failure itself says about the run. It wins over what the job knows. */
  names?: RunNames | undefined;
}
