import type { DeployPlan } from './plan.ts';

/** What a deploy planned and did, as its report holds it. */
export interface DeployEvidence {
  plan: DeployPlan;
  revision: string | undefined;
  previousRevision: string | undefined;
  service: string | undefined;
  url: string | undefined;
  operation: string | undefined;
  sourceSha256: string;
  traffic: { revision?: string | undefined; percent?: number | undefined; tag?: string | undefined }[];
  unchanged: boolean;
  joined: boolean;
  dryRun: boolean;
  rules: string;
  files: { path: string; size: number }[];
}
