import { objectOf } from '../domain/data/json.ts';
import { type DeploymentRecord, explainRefusal } from '../domain/linked/record.ts';
import { createGithubClient, saidBy, statusOf } from './client.ts';

export interface RecordOptions {
  token: string;
  /** Base URL of GitHub's API, from GITHUB_API_URL. */
  apiUrl: string | undefined;
  organization: string;
  timeoutMs?: number;
}

/** Writes a deployment record once. Returns why it could not, or undefined. A signal that aborts is no reason. */
export async function writeRecord(
  { token, apiUrl, organization, timeoutMs = 10_000 }: RecordOptions,
  record: DeploymentRecord,
  signal: AbortSignal,
): Promise<string | undefined> {
  const github = createGithubClient({ token, apiUrl, timeoutMs });
  try {
    await github.request(
      'POST /orgs/{org}/artifacts/metadata/deployment-record',
      { org: organization, ...record },
      signal,
    );
    return undefined;
  } catch (error) {
    // The client calls it a 500 if there was no answer at all.
    const status = objectOf(error).response === undefined ? undefined : statusOf(error);
    return explainRefusal(status, saidBy(error).replace(/\s+/g, ' ').slice(0, 200));
  }
}
