/** Written by `npm run docs` from the table of inputs. */

import { canary } from '../groups/canary.ts';
import { login } from '../groups/login.ts';
import { logs } from '../groups/logs.ts';
import { modelGroup } from '../groups/model.ts';
import { notify } from '../groups/notify.ts';
import { objectives } from '../groups/objectives.ts';
import { output } from '../groups/output.ts';
import { rollback } from '../groups/rollback.ts';
import { run } from '../groups/run.ts';
import { where } from '../groups/where.ts';

export const groups = [where, modelGroup, rollback, login, run, canary, objectives, notify, logs, output];
