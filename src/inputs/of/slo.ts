/** Written by `npm run docs` from the table of inputs. */

import { login } from '../groups/login.ts';
import { monitoring } from '../groups/monitoring.ts';
import { objectives } from '../groups/objectives.ts';
import { output } from '../groups/output.ts';
import { run } from '../groups/run.ts';
import { source } from '../groups/source.ts';
import { where } from '../groups/where.ts';

export const groups = [where, login, run, objectives, monitoring, source, output];
