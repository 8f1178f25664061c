import { ReleaseError } from '../domain/errors/errors.ts';
import { send } from '../http/send.ts';
import { AwsError } from './errors.ts';
import type { AwsCredentials } from './sigv4.ts';

export interface Session extends AwsCredentials {
  /** Milliseconds since the epoch. */
  expires: number;
}

export interface AssumeRequest {
  endpoint: string;
  role: string;
  sessionName: string;
  /** GitHub's token for the audience of STS. */
  identityToken: string;
  /** What the session may do, in JSON. */
  policy: string;
  userAgent: string;
  signal?: AbortSignal | undefined;
}

/** The shortest session that every role allows is 15 minutes, and the longest one hour. */
const sessionSeconds = 3600;

const unescaped = (text: string) =>
  text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => entities[name] ?? '');
const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

/** The text of an element that has no child and no attribute, as STS writes its answers. */
const elementOf = (xml: string, name: string): string | undefined => {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return found === undefined ? undefined : unescaped(found.trim());
};

/**
 * Exchanges GitHub's token for a session that can do what the policy says and nothing else
 * (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html). The call is not signed. The policy is in
 * the call, so a stolen session cannot do more, whatever the role may do.
 */
export async function assumeRole(request: AssumeRequest): Promise<Session> {
  const form = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: request.role,
    RoleSessionName: request.sessionName,
    WebIdentityToken: request.identityToken,
    DurationSeconds: String(sessionSeconds),
    Policy: request.policy,
  });
  const answer = await send({
    method: 'POST',
    url: `${request.endpoint}/`,
    headers: {
      accept: 'application/xml',
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      'user-agent': request.userAgent,
    },
    body: form.toString(),
    timeoutMs: 10_000,
    maxBytes: 256 * 1024,
    signal: request.signal,
  });
  const xml = answer.body.toString('utf8');
  if (answer.status !== 200)
    throw new AwsError(
      'sts:AssumeRoleWithWebIdentity',
      answer.status,
      elementOf(xml, 'Code') ?? '',
      elementOf(xml, 'Message') ?? '',
    );
  const accessKeyId = elementOf(xml, 'AccessKeyId');
  const secretAccessKey = elementOf(xml, 'SecretAccessKey');
  const sessionToken = elementOf(xml, 'SessionToken');
  const expires = Date.parse(elementOf(xml, 'Expiration') ?? '');
  if (!accessKeyId || !secretAccessKey || !sessionToken || !Number.isFinite(expires))
    throw new ReleaseError('response-malformed', {
      what: 'sts:AssumeRoleWithWebIdentity answered without credentials.',
    });
  return { accessKeyId, secretAccessKey, sessionToken, expires };
}
