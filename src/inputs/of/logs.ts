/** Written by `npm run docs` from the table of inputs. */

import { login } from '../groups/login.ts';
import { logs } from '../groups/logs.ts';
import { output } from '../groups/output.ts';
import { watch } from '../groups/watch.ts';
import { where } from '../groups/where.ts';

export const groups = [where, login, watch, logs, output];
