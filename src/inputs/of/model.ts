/** Written by `npm run docs` from the table of inputs. */

import { login } from '../groups/login.ts';
import { modelGroup } from '../groups/model.ts';
import { output } from '../groups/output.ts';
import { run } from '../groups/run.ts';
import { where } from '../groups/where.ts';

export const groups = [where, modelGroup, login, run, output];
