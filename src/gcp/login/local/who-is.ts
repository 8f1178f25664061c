import type { Rest } from '../../../http/rest.ts';

/**
 * Whose access token it is, as a member of IAM. Google's token endpoint knows; it tells the e-mail only if the token has
 * that scope. Undefined if it does not tell, because a work must not fail for want of a name.
 */
export async function whoIs(
  rest: Pick<Rest, 'call'>,
  token: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  try {
    const { body } = await rest.call<{ email?: string }>({
      api: 'oauth2',
      method: 'POST',
      path: 'tokeninfo',
      auth: 'none',
      retry: 'never',
      deadlineMs: 5000,
      attemptMs: 5000,
      form: { access_token: token },
      signal,
    });
    if (typeof body.email !== 'string') return undefined;
    return `${body.email.endsWith('.gserviceaccount.com') ? 'serviceAccount' : 'user'}:${body.email}`;
  } catch (error) {
    if (signal?.aborted) throw error;
    return undefined;
  }
}
