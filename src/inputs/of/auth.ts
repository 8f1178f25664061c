/** Written by `npm run docs` from the table of inputs. */

import { guard } from '../groups/guard.ts';
import { login } from '../groups/login.ts';
import { output } from '../groups/output.ts';
import { token } from '../groups/token.ts';
import { where } from '../groups/where.ts';

export const groups = [where, login, token, guard, output];
