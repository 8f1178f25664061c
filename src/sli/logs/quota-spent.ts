import { ReleaseError } from '../../domain/errors/errors.ts';
import { RemoteError } from '../../http/remote-error.ts';

/** Google refused a read because the quota of the project is used up. Nothing is wrong; the read has to wait. */
export class QuotaSpent extends ReleaseError {
  constructor(projectId: string, cause: unknown) {
    super('quota-spent', { what: `The quota of log reads of project ${projectId} is used up.`, cause });
  }
}

/** https://cloud.google.com/service-infrastructure/docs/rate-limiting: status 429 with one of these names. */
export const isQuotaError = (error: unknown): boolean =>
  error instanceof RemoteError &&
  error.status === 429 &&
  (error.statusName === 'RESOURCE_EXHAUSTED' || error.reason === 'RATE_LIMIT_EXCEEDED');
