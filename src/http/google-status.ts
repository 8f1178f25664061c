import { type JsonObject, listOf, objectOf, textMapOf, textOf, textOrEmpty } from '../domain/data/json.ts';
import type { FailureFacts, Violation } from '../domain/errors/facts.ts';

/** The parts of google.rpc.Status that explain a failure (google/rpc/error_details.proto), or of an OAuth error. */
export type GoogleStatus = Pick<
  FailureFacts,
  | 'statusName'
  | 'reason'
  | 'domain'
  | 'metadata'
  | 'permission'
  | 'preconditions'
  | 'quotas'
  | 'fields'
  | 'retryAfterMs'
> & { message: string | undefined };

/** google.rpc.Status of an operation that failed: its details, without the message. */
export const statusDetails = (status: JsonObject, redact: (text: string) => string): Details =>
  detailsOf(listOf(status.details).map(objectOf), redact);

const cleanWith = (redact: (text: string) => string) => (text: string | undefined) =>
  text === undefined ? undefined : redact(text).slice(0, 2000);

type Details = Omit<GoogleStatus, 'message' | 'statusName'>;

/** At most so many violations of each kind are kept. */
const most = 20;

/** google.rpc.Status as JSON, or the flat OAuth error of STS (RFC 6749 section 5.2). Texts are redacted. */
export function parseGoogleStatus(body: Buffer, redact: (text: string) => string): GoogleStatus {
  let value: JsonObject;
  try {
    value = objectOf(JSON.parse(body.toString('utf8')));
  } catch {
    return { message: undefined };
  }
  const clean = cleanWith(redact);
  if (typeof value.error === 'string') {
    const { error, error_description: description } = value;
    return {
      statusName: clean(error),
      message: typeof description === 'string' ? clean(description) : undefined,
    };
  }
  const error = objectOf(value.error);
  // An empty message is a message: without one, the error would quote the body.
  const message = typeof error.message === 'string' ? clean(error.message) : undefined;
  const details = detailsOf(listOf(error.details).map(objectOf), redact);
  // The older APIs, such as Cloud Storage, have a list of reasons instead of details.
  const older = textOf(objectOf(listOf(error.errors)[0]).reason);
  return {
    ...details,
    reason: details.reason ?? clean(older),
    message,
    statusName: clean(textOf(error.status)),
    permission: details.permission ?? /Permission '([\w.]+)' denied/.exec(message ?? '')?.[1],
  };
}

/** A google.protobuf.Duration as JSON, such as `30s` or `0.5s`. */
function milliseconds(duration: string | undefined): number | undefined {
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(duration ?? '')?.[1];
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1000);
}

function detailsOf(details: readonly JsonObject[], redact: (text: string) => string): Details {
  const clean = cleanWith(redact);
  const detail = (name: string) => details.filter((item) => textOrEmpty(item['@type']).endsWith(`.${name}`));
  const [info] = detail('ErrorInfo');
  const violations = (name: string, list: string): Violation[] =>
    detail(name)
      .flatMap((item) => listOf(item[list]))
      .slice(0, most)
      .map(objectOf)
      .map((item) => ({
        type: clean(textOf(item.type)),
        subject: clean(textOf(item.subject) ?? textOf(item.field)) ?? '',
        description: clean(textOf(item.description)) ?? '',
      }));
  const metadata = Object.fromEntries(
    Object.entries(textMapOf(info?.metadata))
      .slice(0, most)
      .map(([name, text]) => [name, clean(text) ?? '']),
  );
  return {
    reason: clean(textOf(info?.reason)),
    domain: clean(textOf(info?.domain)),
    metadata,
    permission: metadata.permission || undefined,
    preconditions: violations('PreconditionFailure', 'violations'),
    quotas: violations('QuotaFailure', 'violations'),
    fields: violations('BadRequest', 'fieldViolations'),
    retryAfterMs: milliseconds(textOf(detail('RetryInfo')[0]?.retryDelay)),
  };
}
