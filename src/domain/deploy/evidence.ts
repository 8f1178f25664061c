import type { ModelEvidence } from '../model/model.ts';
import type { DeployPlan } from './plan.ts';

/** What a deploy planned and did, as its report holds it. */
export interface DeployEvidence {
  plan: DeployPlan;
  revision: string | undefined;
  previousRevision: string | undefined;
  service: string | undefined;
  url: string | undefined;
  /** The model that the revision carries, if one was named. */
  model?: ModelEvidence | undefined;
  operation: string | undefined;
  /** Digest of the source, or of the image. */
  sourceSha256: string;
  /** The image by its digest, if one was deployed. */
  image?: string | undefined;
  traffic: { revision?: string | undefined; percent?: number | undefined; tag?: string | undefined }[];
  unchanged: boolean;
  joined: boolean;
  dryRun: boolean;
  rules: string;
  files: { path: string; size: number }[];
}
