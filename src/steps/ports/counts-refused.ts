import { ReleaseError } from '../../domain/errors/errors.ts';

/** The source refused to let this identity read its counts. Asking again does not help; a grant does. */
export class CountsRefused extends ReleaseError {
  /** The role to grant, such as `roles/logging.viewer`. Undefined if the API is switched off instead. */
  readonly role: string | undefined;

  constructor(parts: { what: string; why?: string; fix: string; role?: string | undefined; cause: unknown }) {
    const { role, ...rest } = parts;
    super('permission-denied', rest);
    this.role = role;
  }
}
