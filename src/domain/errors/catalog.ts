import { capacityErrors } from './codes/capacity.ts';
import { checkErrors } from './codes/checks.ts';
import { deployErrors } from './codes/deploy.ts';
import { generalErrors } from './codes/general.ts';
import { loginErrors } from './codes/login.ts';
import type { ErrorEntry } from './entry.ts';

const entries = { ...generalErrors, ...loginErrors, ...deployErrors, ...checkErrors, ...capacityErrors };

export type ErrorCode = keyof typeof entries;

/** Every error code with what is true of all its errors. */
export const catalog: Readonly<Record<ErrorCode, ErrorEntry>> = entries;

/** The general why and fix of a code, if its messages may repeat them. */
export function defaultsOf(code: ErrorCode): { why: string | undefined; fix: string | undefined } {
  const { why, fix, inMessages = [] } = catalog[code];
  return {
    why: inMessages.includes('why') ? why : undefined,
    fix: inMessages.includes('fix') ? fix : undefined,
  };
}
