/** Written by `npm run docs` from the table of inputs. */

import { guard } from '../groups/guard.ts';
import { login } from '../groups/login.ts';
import { output } from '../groups/output.ts';
import { run } from '../groups/run.ts';
import { where } from '../groups/where.ts';

export const groups = [where, login, run, guard, output];
