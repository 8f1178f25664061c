import { guard } from '../groups/guard.ts';
import { login } from '../groups/login.ts';
import { logs } from '../groups/logs.ts';
import { output } from '../groups/output.ts';
import { smoke } from '../groups/smoke.ts';
import { watch } from '../groups/watch.ts';
import { where } from '../groups/where.ts';

export const groups = [where, login, guard, smoke, watch, logs, output];
