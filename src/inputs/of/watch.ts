/** Written by `npm run docs` from the table of inputs. */

import { canary } from '../groups/canary.ts';
import { decision } from '../groups/decision.ts';
import { login } from '../groups/login.ts';
import { logs } from '../groups/logs.ts';
import { objectives } from '../groups/objectives.ts';
import { output } from '../groups/output.ts';
import { probes } from '../groups/probes.ts';
import { source } from '../groups/source.ts';
import { watch } from '../groups/watch.ts';
import { where } from '../groups/where.ts';

export const groups = [where, login, canary, watch, objectives, decision, source, probes, logs, output];
