import { type ErrorCode, ReleaseError } from '../domain/errors/errors.ts';

/** Why no answer arrived. `sent` tells whether the server can have seen the request. */
export class TransportError extends ReleaseError {
  readonly kind: 'timeout' | 'reset' | 'dns' | 'refused' | 'tls' | 'proxy' | 'other';
  readonly sent: boolean;
  /** True if another attempt would fail for the same reason. */
  readonly permanent: boolean;

  constructor(
    kind: TransportError['kind'],
    sent: boolean,
    what: string,
    cause: unknown,
    more: { code?: ErrorCode; fix?: string | undefined; permanent?: boolean } = {},
  ) {
    super(more.code ?? (kind === 'timeout' ? 'deadline-exceeded' : 'network-failed'), {
      what,
      cause,
      ...(more.fix === undefined ? {} : { fix: more.fix }),
    });
    this.kind = kind;
    this.sent = sent;
    this.permanent = more.permanent ?? kind === 'tls';
  }
}

const kinds: Record<string, TransportError['kind']> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timeout',
};

/** Codes of OpenSSL that mean: no authority that this machine trusts has signed the certificate. */
const untrusted =
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER_CERT(_LOCALLY)?|VERIFY_LEAF_SIGNATURE))$/;

export const isUntrusted = (error: unknown): boolean =>
  untrusted.test((error as NodeJS.ErrnoException | undefined)?.code ?? '');

/** What to do about a certificate that this machine does not trust, as behind a proxy that reads TLS. */
export function trustFix(extraCerts: string | undefined): string {
  if (extraCerts)
    return 'NODE_EXTRA_CA_CERTS is set, but its file does not hold the authority that signed this certificate. Add that authority to the file, in PEM format.';
  return 'If a company proxy or server uses an authority of its own, set NODE_EXTRA_CA_CERTS to the PEM file of that authority under `env:` of the job.';
}

/** The error of a connection, in words that say what to change. */
export function transportError(
  shown: string,
  error: Error,
  sent: boolean,
  extraCerts: string | undefined,
  fix?: string | undefined,
): TransportError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const what = `${shown} got no answer (${error.message}).`;
  if (isUntrusted(error))
    return new TransportError(
      'tls',
      sent,
      `${shown} was not sent, because the certificate of the server is not trusted (${code}).`,
      error,
      { code: 'certificate-refused', fix: trustFix(extraCerts) },
    );
  const kind =
    kinds[code] ?? (/^(ERR_TLS|ERR_SSL|CERT|DEPTH_|UNABLE_|SELF_SIGNED|EPROTO)/.test(code) ? 'tls' : 'other');
  return new TransportError(kind, sent, what, error, sent || kind === 'tls' ? {} : { fix });
}
