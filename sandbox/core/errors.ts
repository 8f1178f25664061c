import { ApiError } from './types.ts';

/**
 * Google's error bodies: google.rpc.Status as JSON with google.rpc.ErrorInfo and BadRequest details
 * (AIP-193, googleapis google/rpc/error_details.proto and google/api/error_reason.proto).
 */

export const statusNames: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  412: 'FAILED_PRECONDITION',
  413: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

const statusMessages: Readonly<Record<number, string>> = {
  429: 'Resource has been exhausted (e.g. check quota).',
  500: 'Internal error encountered.',
  503: 'The service is currently unavailable.',
  504: 'Deadline expired before operation could complete.',
};

export function errorBody(error: ApiError): { error: Record<string, unknown> } {
  if (error.errors) return { error: { code: error.status, message: error.message, errors: error.errors } };
  const body: Record<string, unknown> = {
    code: error.status,
    message: error.message,
    status: error.statusName,
  };
  if (error.details.length > 0) body.details = error.details;
  return { error: body };
}

/** The body for an injected status if the fault does not bring its own. */
export function plainError(status: number): ApiError {
  return new ApiError(
    status,
    statusNames[status] ?? 'UNKNOWN',
    statusMessages[status] ?? `Injected error ${status}.`,
  );
}

export function errorInfo(reason: string, domain: string, metadata: Record<string, string> = {}): unknown {
  return { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain, metadata };
}

export function invalidArgument(
  message: string,
  violations: { field: string; description: string }[] = [],
): ApiError {
  const details = violations.length
    ? [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: violations }]
    : [];
  return new ApiError(400, 'INVALID_ARGUMENT', message, details);
}

export const notFound = (message = 'Requested entity was not found.'): ApiError =>
  new ApiError(404, 'NOT_FOUND', message);

export const failedPrecondition = (message: string): ApiError =>
  new ApiError(400, 'FAILED_PRECONDITION', message);

/** 409 with status ABORTED: a stale etag, or another operation under way. */
export const aborted = (message: string): ApiError => new ApiError(409, 'ABORTED', message);

export const alreadyExists = (message: string): ApiError => new ApiError(409, 'ALREADY_EXISTS', message);

const help = 'See https://developers.google.com/identity/sign-in/web/devconsole-project.';

/** 401 in the words of Google's API front end; `reason` is one of google.api.ErrorReason. */
export function unauthenticated(
  reason: 'CREDENTIALS_MISSING' | 'ACCESS_TOKEN_EXPIRED' | 'ACCESS_TOKEN_TYPE_UNSUPPORTED',
  service: string,
): ApiError {
  const start =
    reason === 'CREDENTIALS_MISSING'
      ? 'Request is missing required authentication credential.'
      : 'Request had invalid authentication credentials.';
  return new ApiError(
    401,
    'UNAUTHENTICATED',
    `${start} Expected OAuth 2 access token, login cookie or other valid authentication credential. ${help}`,
    [errorInfo(reason, 'googleapis.com', { service })],
  );
}

export function insufficientScopes(service: string): ApiError {
  return new ApiError(403, 'PERMISSION_DENIED', 'Request had insufficient authentication scopes.', [
    errorInfo('ACCESS_TOKEN_SCOPE_INSUFFICIENT', 'googleapis.com', { service }),
  ]);
}

export function billingDisabled(service: string, projectNumber: string): ApiError {
  const url = `https://console.developers.google.com/billing/enable?project=${projectNumber}`;
  return new ApiError(
    403,
    'PERMISSION_DENIED',
    `This API method requires billing to be enabled. Please enable billing on project #${projectNumber} by visiting ${url} then retry. If ` +
      'you enabled billing for this project recently, wait a few minutes for the action to propagate to our systems and retry.',
    [
      errorInfo('BILLING_DISABLED', 'googleapis.com', { service, consumer: `projects/${projectNumber}` }),
      {
        '@type': 'type.googleapis.com/google.rpc.Help',
        links: [{ description: 'Google developers console billing', url }],
      },
    ],
  );
}

export function serviceDisabled(service: string, projectNumber: string): ApiError {
  const activationUrl = `https://console.developers.google.com/apis/api/${service}/overview?project=${projectNumber}`;
  return new ApiError(
    403,
    'PERMISSION_DENIED',
    `${service} API has not been used in project ${projectNumber} before or it is disabled. Enable it by visiting ` +
      `${activationUrl} then retry. If you enabled this API recently, wait a few minutes for the action to propagate ` +
      'to our systems and retry.',
    [
      errorInfo('SERVICE_DISABLED', 'googleapis.com', {
        service,
        consumer: `projects/${projectNumber}`,
        activationUrl,
      }),
    ],
  );
}
