import type { Finding } from '../findings/finding.ts';
import type { ImageProblem } from '../image/image.ts';
import type { RepositoryName } from '../image/reader.ts';
import type { SizeProblem } from './limits.ts';
import type { NeededFor, Place, Weight } from './permissions.ts';

/** One thing that a later stage needs. */
export type Need =
  | {
      kind: 'permission';
      permission: string;
      place: Place;
      /** Full name of the resource, such as projects/P or projects/P/serviceAccounts/E. */
      resource: string;
      role: string;
    }
  /** A service account that does not exist. */
  | { kind: 'account'; place: Place; account: string }
  | { kind: 'api'; service: string }
  /** The caller of the smoke test and of probes. `account` is undefined if no account can get an ID token. */
  | { kind: 'token'; account: string | undefined; remedy?: Pick<Finding, 'fix' | 'commands'> | undefined }
  /** `service` is undefined before the first release. */
  | { kind: 'invoke'; account: string; service: string | undefined }
  /** `proved`: a call of this runner was turned away. Otherwise only where the runner is speaks for it. */
  | { kind: 'ingress'; ingress: string; hosted: boolean; proved?: boolean }
  | { kind: 'size'; problem: SizeProblem }
  | { kind: 'elsewhere'; regions: readonly string[] }
  /** The container image. `problem` is undefined if it can be deployed. */
  | { kind: 'image'; image: string; problem?: ImageProblem | undefined }
  /** The image is in a repository of another project, which Cloud Run reads with `account`. */
  | { kind: 'agent'; account: string; repository: RepositoryName }
  | { kind: 'project' };

/** `unknown`: it could not be tried. */
export type CheckState = 'ok' | 'missing' | 'unknown';

export interface CheckRow {
  need: Need;
  stage: NeededFor;
  weight: Weight;
  state: CheckState;
  /** What Google answered, if the check itself failed. */
  detail?: string | undefined;
}

/** The function that is checked, and who runs the checks. */
export interface PreflightTarget {
  project: string;
  region: string;
  name: string;
  /** The identity of this job as an IAM member. Undefined if it is not known. */
  member: string | undefined;
}

/** What the report keeps. */
export interface PreflightEvidence extends PreflightTarget {
  rows: readonly CheckRow[];
  /** The longest chain of calls that waited for one another, and the number of calls. */
  depth: number;
  calls: number;
}

export const missingOf = (rows: readonly CheckRow[], weight: Weight): CheckRow[] =>
  rows.filter((row) => row.state === 'missing' && row.weight === weight);
