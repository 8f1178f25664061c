import type { Rules } from '../rule.ts';
import { accessChecks } from './check/access.ts';
import { loginChecks } from './check/login.ts';
import { releaseChecks } from './check/release.ts';

/** Every rule of `check`. `docs/reference/checks.md` is generated from these entries and their examples. */
export const checkRules = { ...accessChecks, ...loginChecks, ...releaseChecks } as const satisfies Rules;

export type CheckRule = keyof typeof checkRules;
