/** Written by `npm run docs` from the table of inputs. */

import { capacityGroup } from '../groups/capacity.ts';
import { login } from '../groups/login.ts';
import { objectives } from '../groups/objectives.ts';
import { output } from '../groups/output.ts';
import { smoke } from '../groups/smoke.ts';
import { where } from '../groups/where.ts';

export const groups = [where, login, smoke, capacityGroup, objectives, output];
