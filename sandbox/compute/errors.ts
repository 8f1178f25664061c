import { ApiError, type Reply } from '../core/types.ts';

const reasons: Readonly<Record<number, string>> = {
  400: 'invalid',
  403: 'forbidden',
  404: 'notFound',
  409: 'alreadyExists',
  412: 'conditionNotMet',
};

/** Compute Engine answers in the older form of Google's errors: a list with a domain and a reason, and no status. */
export function answerOf(work: () => Reply | Promise<Reply>): Promise<Reply> {
  return Promise.resolve()
    .then(work)
    .catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error;
      const { status, message } = error;
      const reason = reasons[status] ?? 'backendError';
      return {
        status,
        body: { error: { code: status, message, errors: [{ message, domain: 'global', reason }] } },
      };
    });
}

export const required = (permission: string, resource: string): ApiError =>
  new ApiError(403, 'PERMISSION_DENIED', `Required '${permission}' permission for '${resource}'`);

export const missing = (path: string): ApiError =>
  new ApiError(404, 'NOT_FOUND', `The resource '${path}' was not found`);

export const badField = (field: string, value: unknown, why: string): ApiError =>
  new ApiError(400, 'INVALID_ARGUMENT', `Invalid value for field '${field}': '${String(value)}'. ${why}`);
