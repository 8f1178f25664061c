import { type ErrorParts, ReleaseError } from '../../domain/errors/errors.ts';

/** The source refused to let this identity read its counts. Asking again does not help; a grant does. */
export class CountsRefused extends ReleaseError {
  /** The role to grant, such as `roles/logging.viewer`. Undefined if the API is switched off instead. */
  readonly role: string | undefined;

  constructor(parts: ErrorParts & { role?: string | undefined }) {
    const { role, ...rest } = parts;
    super('permission-denied', rest);
    this.role = role;
  }
}

/** The counts can never be read like this, so waiting does not help. */
export class CountsUnusable extends ReleaseError {
  constructor(parts: ErrorParts) {
    super('counts-unusable', parts);
  }
}
