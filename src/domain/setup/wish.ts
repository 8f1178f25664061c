import type { TargetKind } from '../deploy/kind.ts';

/** What GitHub says about a repository. Numbers cannot be taken over by another person, names can. */
export interface RepositoryFacts {
  /** `owner/name`, in the case in which GitHub writes it. */
  name: string;
  id: string;
  ownerId: string;
  defaultBranch: string;
}

/** What is known about the service that a repository releases, before anything is set up. */
export interface ServiceFacts {
  /** Full name of the Cloud Run service, or the name that it will have. */
  service: string;
  exists: boolean;
  /** E-mail of the account that the service runs as now. */
  account: string | undefined;
}

/** One function or service, and the repository that releases it. */
export interface SetupTarget {
  repository: RepositoryFacts;
  /** Name of the function or service. */
  name: string;
  /** The environment whose jobs release it. Undefined: any job of the branch. */
  environment: string | undefined;
  branch: string;
  service: ServiceFacts;
  /** The account that the code runs as, if the user named one. */
  runtimeAccount: string | undefined;
}

/** What has to be asked for, because a release does not need it. `extras.ts` says what each of them is. */
export const rights = [
  'close',
  'alert',
  'release gateways',
  'go in through gateways',
  'release models',
  'read model files',
  'run pipelines',
  'measure',
  'drill',
  'see the posture',
] as const;
export type Right = (typeof rights)[number];

export interface RightBuckets {
  /** Buckets whose restore is drilled, and their copies in other regions. */
  drill: readonly string[];
  copies: readonly string[];
  /** Buckets with files of models. */
  models: readonly string[];
  /** Buckets that the tasks of pipelines work in. */
  pipelines: readonly string[];
}

/** Everything that decides what has to be there. */
export interface SetupWish {
  project: string;
  number: string;
  region: string;
  pool: string;
  provider: string;
  /** The issuer of GitHub's tokens. */
  issuer: string;
  target: TargetKind;
  /** One condition for every repository of the owner, instead of a list of repositories. */
  ownerWide: boolean;
  /** Only runners of GitHub may log in. */
  hostedOnly: boolean;
  /** What the accounts may do beyond releasing, watching and rolling back. */
  may: readonly Right[];
  /** The buckets that some of these rights are about. */
  buckets: RightBuckets;
  targets: readonly SetupTarget[];
  /** Files of the repository in which the command runs: path and content. */
  files: readonly { path: string; content: string }[];
}
