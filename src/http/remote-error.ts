import { type JsonObject, listOf, objectOf, textOf } from '../domain/data/json.ts';
import { type ErrorCode, ReleaseError } from '../domain/errors/errors.ts';
import type { Api } from './endpoints.ts';
import type { HttpResponse } from './send.ts';

/** An API answered with an error. The message is Google's, shortened and without tokens. */
export class RemoteError extends ReleaseError {
  readonly status: number;
  /** google.rpc status name, such as PERMISSION_DENIED, or the OAuth `error`. */
  readonly statusName: string | undefined;
  /** google.rpc.ErrorInfo reason, such as IAM_PERMISSION_DENIED. */
  readonly reason: string | undefined;
  /** The permission that was missing, if Google names it. */
  readonly permission: string | undefined;
  readonly remoteMessage: string;
  readonly api: Api;

  constructor(api: Api, call: string, answer: HttpResponse, redact: (text: string) => string) {
    const parsed = parseGoogleError(answer.body);
    const message = redact(
      parsed.message ?? answer.body.subarray(0, 300).toString('utf8').replace(/\s+/g, ' ').trim(),
    );
    const code: ErrorCode =
      answer.status === 403 ? 'permission-denied' : answer.status === 404 ? 'not-found' : 'remote-error';
    super(code, {
      what: `${call} answered ${answer.status}${parsed.statusName ? ` ${parsed.statusName}` : ''}${message ? `: ${message}` : ''}`,
      why: parsed.permission ? `The permission ${parsed.permission} is missing.` : undefined,
    });
    this.api = api;
    this.status = answer.status;
    this.statusName = parsed.statusName;
    this.reason = parsed.reason;
    this.permission = parsed.permission;
    this.remoteMessage = message;
  }
}

interface GoogleError {
  message?: string | undefined;
  statusName?: string | undefined;
  reason?: string | undefined;
  permission?: string | undefined;
}

/** google.rpc.Status with ErrorInfo, or the flat OAuth error of STS (RFC 6749 section 5.2). */
function parseGoogleError(body: Buffer): GoogleError {
  let value: JsonObject;
  try {
    value = objectOf(JSON.parse(body.toString('utf8')));
  } catch {
    return {};
  }
  if (typeof value.error === 'string')
    return {
      statusName: value.error,
      message: typeof value.error_description === 'string' ? value.error_description : undefined,
    };
  const error = objectOf(value.error);
  const info = listOf(error.details)
    .map(objectOf)
    .find((detail) => String(detail['@type']).endsWith('ErrorInfo'));
  // An empty message is a message: without one, the error would quote the body.
  const message = typeof error.message === 'string' ? error.message : undefined;
  return {
    message,
    statusName: textOf(error.status),
    reason: textOf(info?.reason),
    permission:
      textOf(objectOf(info?.metadata).permission) ?? /Permission '([\w.]+)' denied/.exec(message ?? '')?.[1],
  };
}
