import type { JsonObject } from '../data/json.ts';
import { enumText } from './enum-text.ts';

const states = ['STATE_UNSPECIFIED', 'ACTIVE', 'FAILED', 'DEPLOYING', 'DELETING', 'UNKNOWN'];
const environments = ['ENVIRONMENT_UNSPECIFIED', 'GEN_1', 'GEN_2'];

/** google.cloud.functions.v2.Function.State */
export const functionStateOf = (live: JsonObject | undefined): string => enumText(live?.state, states);

export const isFirstGeneration = (live: JsonObject | undefined): boolean =>
  enumText(live?.environment, environments) === 'GEN_1';
