import type { Row } from '../row.ts';
import { says } from '../row.ts';

/** No answer arrived, because of something between the runner and Google. */

const google = 'https://cloudfunctions.googleapis.com';

/** The server that did not answer, as `https://HOST`, if the message names one. It is no server of Google's if it is a registry, or a monitoring system. */
function serverIn(message: string): string {
  const origin = /\bhttps?:\/\/[\w.-]+(?::\d{1,5})?(?![\w.:-])/.exec(message)?.[0];
  if (origin !== undefined) return origin;
  const host = /\b(?:ENOTFOUND|EAI_AGAIN) ([\w.-]+\.[a-z]{2,})\b/i.exec(message)?.[1];
  return host === undefined ? google : `https://${host}`;
}

const isGoogles = (server: string) => /^https:\/\/(?:[\w-]+\.)*(?:googleapis\.com|run\.app)$/.test(server);

const at = { kind: 'network', status: 0 } as const;

export const networkRows: readonly Row[] = [
  {
    id: 'certificate-time',
    title: 'The certificate is not valid at the time of the runner',
    blame: 'environment',
    example: { ...at, message: 'certificate has expired' },
    matches: says(/certificate (has expired|is not yet valid)|CERT_(HAS_EXPIRED|NOT_YET_VALID)/i, 'network'),
    repair: () => ({
      why: 'The clock of the runner is wrong, or the certificate of your proxy has expired.',
      fix: 'Set the clock of the runner:',
      commands: ['timedatectl set-ntp true'],
    }),
  },
  {
    id: 'name-unknown',
    title: 'The name of a server could not be resolved',
    blame: 'environment',
    passes: true,
    example: { ...at, message: 'getaddrinfo ENOTFOUND cloudfunctions.googleapis.com' },
    matches: says(/ENOTFOUND|EAI_AGAIN|getaddrinfo/i, 'network'),
    repair: ({ message }) => ({
      why: 'The DNS server of the runner did not answer, or does not know the name. A self-hosted runner behind a proxy often resolves no outside names itself.',
      fix: 'Set HTTPS_PROXY for the runner if it needs one, or correct its DNS. This tries it:',
      commands: [`curl --head ${serverIn(message)}/`],
    }),
  },
  {
    id: 'connection-refused',
    title: 'A server or a proxy refused the connection',
    blame: 'environment',
    passes: true,
    example: { ...at, message: 'connect ECONNREFUSED 10.0.0.1:8080' },
    matches: says(
      /ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ECONNRESET|socket hang up|timed? ?out|ETIMEDOUT/i,
      'network',
    ),
    repair: (failure) => ({
      why: /ECONNREFUSED \S*(127\.|localhost|::1)/.test(failure.message)
        ? 'The address is the runner itself, so an endpoint override or a proxy variable points to a program that does not run.'
        : 'A firewall blocks the way, or the proxy in HTTPS_PROXY does not run.',
      fix: `Let the runner reach ${isGoogles(serverIn(failure.message)) ? '' : `${serverIn(failure.message)}, and for Google `}*.googleapis.com and *.run.app on port 443, or correct HTTPS_PROXY. This tries it:`,
      commands: [`curl --head ${serverIn(failure.message)}/`],
    }),
  },
];
