/** Written by `npm run docs` from the table of inputs. */

import { alerts } from '../groups/alerts.ts';
import { deploy } from '../groups/deploy.ts';
import { eventTrigger } from '../groups/event-trigger.ts';
import { freeze } from '../groups/freeze.ts';
import { functionGroup } from '../groups/function.ts';
import { guard } from '../groups/guard.ts';
import { login } from '../groups/login.ts';
import { logs } from '../groups/logs.ts';
import { modelGroup } from '../groups/model.ts';
import { network } from '../groups/network.ts';
import { output } from '../groups/output.ts';
import { run } from '../groups/run.ts';
import { service } from '../groups/service.ts';
import { smoke } from '../groups/smoke.ts';
import { target } from '../groups/target.ts';
import { where } from '../groups/where.ts';

export const groups = [
  where,
  target,
  modelGroup,
  login,
  functionGroup,
  service,
  network,
  eventTrigger,
  run,
  deploy,
  guard,
  freeze,
  alerts,
  smoke,
  logs,
  output,
];
