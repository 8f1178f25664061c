/** Written by `npm run docs` from the table of inputs. */

import { checkGroup } from '../groups/check.ts';
import { guard } from '../groups/guard.ts';
import { login } from '../groups/login.ts';
import { output } from '../groups/output.ts';
import { postureGroup } from '../groups/posture.ts';
import { where } from '../groups/where.ts';

export const groups = [where, login, guard, postureGroup, checkGroup, output];
