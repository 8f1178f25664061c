import { ReleaseError } from '../domain/errors/errors.ts';

/** AWS answered with an error. Its message is shortened, and goes through the redaction of every message. */
export class AwsError extends ReleaseError {
  /** Without namespace and suffix, such as `AccessDenied` for `com.amazonaws.x#AccessDeniedException`. */
  readonly awsCode: string;
  readonly status: number;
  readonly awsMessage: string;

  constructor(call: string, status: number, code: string, message: string) {
    const awsCode = code
      .replace(/^.*#/, '')
      .replace(/[:;].*$/, '')
      .replace(/Exception$/, '');
    const text = message.replace(/\s+/g, ' ').trim().slice(0, 400);
    super('remote-error', {
      what: `${call} answered ${status}${awsCode ? ` ${awsCode}` : ''}${text ? `: ${text}` : ''}`,
    });
    this.awsCode = awsCode;
    this.status = status;
    this.awsMessage = text;
  }

  /** More calls than the account may make at the moment. */
  get isThrottled(): boolean {
    return this.status === 429 || throttled.has(this.awsCode);
  }

  /** The session has ended, or its keys were withdrawn. */
  get isExpired(): boolean {
    return expired.has(this.awsCode);
  }

  /** The signature is right, but its time is not. */
  get isSkewed(): boolean {
    return (
      this.awsCode === 'RequestTimeTooSkewed' || /^Signature (expired|not yet current)/i.test(this.awsMessage)
    );
  }

  get isDenied(): boolean {
    return denied.has(this.awsCode);
  }
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html and
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
const throttled = new Set([
  'Throttling',
  'Throttled',
  'RequestThrottled',
  'RequestLimitExceeded',
  'TooManyRequests',
  'LimitExceeded',
]);
const expired = new Set(['ExpiredToken', 'RequestExpired']);
const denied = new Set([
  'AccessDenied',
  'NotAuthorized',
  'UnauthorizedOperation',
  'UnrecognizedClient',
  'InvalidClientTokenId',
  'InvalidSignature',
  'SignatureDoesNotMatch',
  'IncompleteSignature',
  'MissingAuthenticationToken',
  'OptInRequired',
]);
