import type { Reply } from '../core/types.ts';

/** The codes of the OCI distribution specification 1.1, section "Error codes". */
export type Code =
  | 'BLOB_UNKNOWN'
  | 'BLOB_UPLOAD_INVALID'
  | 'BLOB_UPLOAD_UNKNOWN'
  | 'DENIED'
  | 'DIGEST_INVALID'
  | 'MANIFEST_BLOB_UNKNOWN'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'SIZE_INVALID'
  | 'UNAUTHORIZED'
  | 'UNSUPPORTED';

const statuses: Partial<Record<Code, number>> = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_UNKNOWN: 404,
  DENIED: 403,
  MANIFEST_UNKNOWN: 404,
  NAME_UNKNOWN: 404,
  UNAUTHORIZED: 401,
  UNSUPPORTED: 405,
};

/** An answer that ends a request to the registry. */
export class RegistryError extends Error {
  readonly reply: Reply;

  constructor(code: Code, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.reply = {
      status: statuses[code] ?? 400,
      headers: {
        'content-type': 'application/json',
        'docker-distribution-api-version': 'registry/2.0',
        ...headers,
      },
      body: JSON.stringify({ errors: [{ code, message }] }),
    };
  }
}
