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
  /** Deployers may close a function that is open. */
  mayClose: boolean;
  /** Deployers may keep SLOs, alert policies and dashboards. */
  mayAlert: boolean;
  /** Deployers may release the documents of API gateways. Each function gets an account that its gateway calls it as. */
  mayReleaseGateways: boolean;
  targets: readonly SetupTarget[];
  /** Files of the repository in which the command runs: path and content. */
  files: readonly { path: string; content: string }[];
}
