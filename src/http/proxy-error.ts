import { ReleaseError } from '../domain/errors/errors.ts';
import { type ProxyProblem, type ProxyServer, proxyName } from '../domain/proxy/proxy.ts';
import { isUntrusted, TransportError, trustFix } from './transport-error.ts';

/** The proxy of the runner stood in the way. Its answer is not the server's. */
export type ProxyError = TransportError;

const named = (proxy: ProxyServer) => `The proxy ${proxyName(proxy)} (${proxy.from})`;

function fixFor(proxy: ProxyServer, target: string, status: number): string {
  if (status === 407)
    return `Put a valid user and password into ${proxy.from}, as http://USER:PASSWORD@${proxyName(proxy)} with special characters percent-encoded, from a secret.`;
  if (status === 403 || status === 451 || (status >= 400 && status < 500))
    return `Let whoever runs the proxy allow connections to ${target}, or add the host to NO_PROXY if the runner reaches it directly.`;
  return `Check that the proxy reaches ${target}, then run the job again.`;
}

/** The proxy answered a request for a connection with an error. Server errors of a proxy may pass, others do not. */
export function proxyRefused(proxy: ProxyServer, target: string, status: number): ProxyError {
  return new TransportError(
    'proxy',
    false,
    `${named(proxy)} answered ${status} and did not connect to ${target}.`,
    undefined,
    { code: 'proxy-refused', fix: fixFor(proxy, target, status), permanent: status < 500 && status !== 429 },
  );
}

export function proxyUnreachable(
  proxy: ProxyServer,
  target: string,
  cause: Error,
  extraCerts: string | undefined,
): ProxyError {
  const untrusted = isUntrusted(cause);
  return new TransportError(
    'proxy',
    false,
    untrusted
      ? `${named(proxy)} has a certificate that is not trusted.`
      : `${named(proxy)} cannot be reached, so there is no connection to ${target} (${cause.message}).`,
    cause,
    {
      code: untrusted ? 'certificate-refused' : 'proxy-refused',
      fix: untrusted
        ? trustFix(extraCerts)
        : `Check the address in ${proxy.from}. For hosts that need no proxy, set NO_PROXY.`,
      permanent: untrusted,
    },
  );
}

/** The variable does not name a proxy that can be used. */
export const proxyInvalid = (problem: ProxyProblem): ReleaseError =>
  new ReleaseError('proxy-invalid', {
    what: `${problem.from} cannot be used: ${problem.message}.`,
    why: 'Requests would go to the internet directly without it, so none was sent.',
    fix: `Set ${problem.from} to the address of the proxy, such as http://proxy.example.com:3128, or remove it.`,
  });

/** The runner's own proxy stands in the way for good, so no request can say anything about the function. */
export const isOwnProxy = (error: unknown): boolean =>
  error instanceof ReleaseError &&
  (error.code === 'proxy-invalid' ||
    (error instanceof TransportError && error.kind === 'proxy' && error.permanent));
