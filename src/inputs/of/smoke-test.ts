/** Written by `npm run docs` from the table of inputs. */

import { door } from '../groups/door.ts';
import { gatewayGroup } from '../groups/gateway.ts';
import { guard } from '../groups/guard.ts';
import { login } from '../groups/login.ts';
import { logs } from '../groups/logs.ts';
import { output } from '../groups/output.ts';
import { smoke } from '../groups/smoke.ts';
import { watch } from '../groups/watch.ts';
import { where } from '../groups/where.ts';

export const groups = [where, login, guard, gatewayGroup, smoke, door, watch, logs, output];
