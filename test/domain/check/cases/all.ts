import type { Cases } from './case.ts';
import { gatewayCases } from './gateway.ts';
import { jobCases } from './jobs.ts';
import { publicCases } from './public.ts';
import { secretCases } from './secrets.ts';
import { wifCases } from './wif.ts';

export const allCases: Cases = { ...publicCases, ...secretCases, ...wifCases, ...jobCases, ...gatewayCases };
