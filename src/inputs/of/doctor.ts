/** Written by `npm run docs` from the table of inputs. */

import { login } from '../groups/login.ts';
import { objectives } from '../groups/objectives.ts';
import { output } from '../groups/output.ts';
import { service } from '../groups/service.ts';
import { smoke } from '../groups/smoke.ts';
import { target } from '../groups/target.ts';
import { where } from '../groups/where.ts';

export const groups = [where, target, login, service, smoke, objectives, output];
