import { ReleaseError } from '../../domain/errors/errors.ts';
import { RemoteError } from '../../http/remote-error.ts';

/** The server refused a read because a quota is used up. Nothing is wrong; the read has to wait. */
export class QuotaSpent extends ReleaseError {
  /** @param whose what is read, and for whom, such as `log reads of project p` */
  constructor(whose: string, parts: { cause?: unknown; why?: string; fix?: string } = {}) {
    super('quota-spent', { what: `The quota of ${whose} is used up.`, ...parts });
  }
}

/** https://cloud.google.com/service-infrastructure/docs/rate-limiting: status 429 with one of these names. */
export const isQuotaError = (error: unknown): boolean =>
  error instanceof RemoteError &&
  error.status === 429 &&
  (error.statusName === 'RESOURCE_EXHAUSTED' || error.reason === 'RATE_LIMIT_EXCEEDED');
