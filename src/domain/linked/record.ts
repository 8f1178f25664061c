import { digestIn } from '../image/reference.ts';

/** A deployment record on the "linked artifacts" page of a GitHub organisation (REST "Create an artifact deployment record"). */
export interface DeploymentRecord {
  name: string;
  digest: string;
  status: 'deployed';
  logical_environment: string;
  physical_environment: string;
  cluster: string;
  deployment_name: string;
  github_repository: string;
  runtime_risks?: 'internet-exposed'[];
  return_records: false;
}

/** What serves now, and what the guard said about it. */
export interface Serving {
  project: string;
  region: string;
  /** Short name of the service. */
  service: string;
  /** The image of the only revision with traffic, by digest. Undefined if it is not known. */
  image: string | undefined;
  /** Undefined if no guard has looked. */
  exposure: 'private' | 'public' | 'unknown' | undefined;
}

/** GitHub takes names of at most 255 characters. */
const longestName = 255;

/**
 * The record of what serves, or why there is none. Environment, region, project and service together name one deployment, so a later
 * record of the same service takes the place of this one. The version of an artifact is left out: GitHub wants the same version for the
 * same digest, and a rollback does not know it. A risk is stated only if the guard has a verdict: none for `private`.
 */
export function recordOf(
  { project, region, service, image, exposure }: Serving,
  { environment, repository }: { environment: string; repository: string },
): DeploymentRecord | { none: string } {
  const digest = digestIn(image);
  if (image === undefined || digest === undefined)
    return { none: 'the image of the serving revision is not known by its digest' };
  const [owner, name] = repository.split('/');
  if (!owner || !name) return { none: 'GITHUB_REPOSITORY names no repository' };
  return {
    name: image.slice(0, image.indexOf('@')).slice(-longestName),
    digest,
    status: 'deployed',
    logical_environment: environment,
    physical_environment: region,
    cluster: project,
    deployment_name: service,
    github_repository: name,
    ...(exposure === 'public' ? { runtime_risks: ['internet-exposed'] } : {}),
    ...(exposure === 'private' ? { runtime_risks: [] } : {}),
    return_records: false,
  };
}

/** Why GitHub took no record, in one sentence that says what to change. */
export function explainRefusal(status: number | undefined, said: string): string {
  if (status === 403) return 'the token may not write it: give the job `artifact-metadata: write`';
  if (status === 404)
    return 'GitHub knows no linked artifacts here: they belong to an organisation, and a user has none';
  if (status === undefined) return `GitHub did not answer (${said})`;
  return `GitHub answered ${status}: ${said}`;
}
