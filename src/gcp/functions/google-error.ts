import { RemoteError } from '../../http/remote-error.ts';

/** HTTP status of a google.rpc.Code (google/rpc/code.proto), for errors that the client reports by code. */
const statusOfCode: Record<number, number> = {
  1: 499,
  2: 500,
  3: 400,
  4: 504,
  5: 404,
  6: 409,
  7: 403,
  8: 429,
  9: 400,
  10: 409,
  11: 400,
  12: 501,
  13: 500,
  14: 503,
  15: 500,
  16: 401,
};
const codeNames = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

interface GoogleErrorShape {
  code?: unknown;
  message?: string;
  reason?: string;
  errorInfoMetadata?: unknown;
  statusDetails?: unknown;
}

/**
 * Converts a GoogleError of google-gax into the error that every other REST call throws. Undefined for any other
 * error.
 */
export function remoteErrorOf(
  error: unknown,
  call: string,
  redact: (text: string) => string,
): RemoteError | undefined {
  const { code, message, reason, errorInfoMetadata } = error as GoogleErrorShape;
  if (typeof code !== 'number') return undefined;
  const status = statusOfCode[code] ?? (code >= 300 && code < 600 ? code : 500);
  const details = reason
    ? [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, metadata: errorInfoMetadata ?? {} }]
    : [];
  const body = {
    error: {
      code: status,
      status: codeNames[code],
      message: (message ?? '').replace(/^\d+ [A-Z_]+: /, ''),
      details,
    },
  };
  return new RemoteError(
    'cloudfunctions',
    call,
    { status, headers: {}, body: Buffer.from(JSON.stringify(body)), milliseconds: 0, truncated: false },
    redact,
  );
}
