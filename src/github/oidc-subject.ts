import type { Endpoints } from '../http/endpoints.ts';
import { send } from '../http/send.ts';

/**
 * The prefix that `sub` will have in the repository's next tokens (`sub_claim_prefix` of GitHub's OIDC settings, REST
 * actions/oidc/customization/sub). Undefined if it cannot be read: the token may lack the permission, and GitHub
 * Enterprise Server has no such field.
 */
export async function nextSubjectPrefix(options: {
  apiUrl: string;
  repository: string;
  token: string;
  endpoints: Pick<Endpoints, 'assertSendable'>;
  userAgent: string;
  signal?: AbortSignal | undefined;
}): Promise<string | undefined> {
  const [owner = '', name = ''] = options.repository.split('/');
  const url = `${options.apiUrl.replace(/\/$/, '')}/repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}/actions/oidc/customization/sub`;
  try {
    options.endpoints.assertSendable(url);
    const answer = await send({
      method: 'GET',
      url,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${options.token}`,
        'user-agent': options.userAgent,
        'x-github-api-version': '2022-11-28',
      },
      timeoutMs: 5000,
      maxBytes: 64 * 1024,
      signal: options.signal,
    });
    const prefix = (JSON.parse(answer.body.toString('utf8')) as { sub_claim_prefix?: unknown })
      .sub_claim_prefix;
    return answer.status === 200 && typeof prefix === 'string' ? prefix : undefined;
  } catch {
    return undefined;
  }
}
