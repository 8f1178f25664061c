import { type JsonObject, objectOf } from '../../domain/data/json.ts';
import { absent, type Observed } from '../../domain/setup/observed.ts';
import { type GithubClient, githubError, statusOf } from '../client.ts';

/** Reads one resource of GitHub. GitHub names no permission in a refusal, but its documentation does. */
export async function observe(
  github: GithubClient,
  route: string,
  parameters: Record<string, unknown>,
  signal: AbortSignal | undefined,
  take: (body: JsonObject) => Observed,
): Promise<Observed> {
  try {
    const { data } = await github.request(route, parameters, signal);
    return take(objectOf(data));
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (statusOf(error) === 404) return absent;
    return { state: 'unreadable', permission: undefined, detail: githubError(route, error).what };
  }
}

/** Makes one write. */
export async function send(
  github: GithubClient,
  route: string,
  parameters: Record<string, unknown>,
  signal?: AbortSignal,
  accept: readonly number[] = [],
): Promise<void> {
  try {
    await github.request(route, parameters, signal);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    const status = statusOf(error);
    if (status === undefined || !accept.includes(status)) throw githubError(route, error);
  }
}
