/** Written by `npm run docs` from the table of inputs. */

import { door } from '../groups/door.ts';
import { drillGroup } from '../groups/drill.ts';
import { login } from '../groups/login.ts';
import { output } from '../groups/output.ts';
import { run } from '../groups/run.ts';
import { where } from '../groups/where.ts';

export const groups = [where, login, run, drillGroup, door, output];
