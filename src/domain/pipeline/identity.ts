import { canonical, type Json } from '../data/json.ts';

/** What makes a job this job. Equal content in one run of a workflow is one job, however often the step starts. */
export interface JobContent {
  provider: 'vertex' | 'sagemaker';
  /** Where it runs: project and region, or region of AWS. */
  place: string;
  /** Name of the pipeline. */
  pipeline: string;
  /** Everything that is sent. */
  body: Json;
  /** What tells one run of the workflow from the next. */
  run: string;
}

export const contentText = ({ provider, place, pipeline, body, run }: JobContent): string =>
  canonical({ provider, place, pipeline, body, run });

/** Names in Vertex AI: a letter, then letters, digits and hyphens, at most 128. */
const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .replace(/-+$/, '')
    .slice(0, 60)
    .replace(/-+$/, '') || 'pipeline';

/**
 * The id of the nth job of this content in one run of a workflow. The first attempt of a run has one job. A later attempt has one more only if
 * those before have failed, so a step that was killed joins the job that it had submitted.
 */
export const jobId = (pipeline: string, digest: string, nth: number): string =>
  `${plain(pipeline)}-${digest.slice(0, 20)}${nth === 1 ? '' : `-${nth}`}`;

/** The same for SageMaker, where it is a token of 32 to 128 characters. */
export const requestToken = (digest: string, nth: number): string => `${digest.slice(0, 56)}-${nth}`;
