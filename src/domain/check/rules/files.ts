import type { RuleSet } from './core.ts';
import { suiteSloInvalid } from './release/suite-slo.ts';

/** The rules that need the schemas of our own files. */
export const fileRules: RuleSet = { 'suite-slo-invalid': suiteSloInvalid };
