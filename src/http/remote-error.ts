import { retryAfterMs } from '../domain/data/retry-after.ts';
import { type ErrorCode, ReleaseError } from '../domain/errors/errors.ts';
import type { Api } from './endpoints.ts';
import { parseGoogleStatus } from './google-status.ts';
import type { HttpResponse } from './send.ts';

/** Reasons of google.rpc.ErrorInfo that say that the project does not use this API, and not that a permission is missing. */
const apiOff = new Set(['SERVICE_DISABLED', 'CONSUMER_INVALID', 'API_DISABLED']);

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
    const { message: said, ...parsed } = parseGoogleStatus(answer.body, redact);
    const message = said ?? redact(answer.body.subarray(0, 300).toString('utf8').replace(/\s+/g, ' ').trim());
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
    const path = call.split(' ').find((part) => part.startsWith('/'));
    const waitMs = Math.max(retryAfterMs(answer.headers) ?? 0, parsed.retryAfterMs ?? 0) || undefined;
    this.facts = { kind: 'call', api, path, status: answer.status, message, ...parsed, retryAfterMs: waitMs };
  }

  /** The project does not use this API. */
  get isApiOff(): boolean {
    return apiOff.has(this.reason ?? '');
  }
}
