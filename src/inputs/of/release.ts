/** Written by `npm run docs` from the table of inputs. */

import { alerts } from '../groups/alerts.ts';
import { canary } from '../groups/canary.ts';
import { decision } from '../groups/decision.ts';
import { deploy } from '../groups/deploy.ts';
import { door } from '../groups/door.ts';
import { freeze } from '../groups/freeze.ts';
import { functionGroup } from '../groups/function.ts';
import { gatewayGroup } from '../groups/gateway.ts';
import { guard } from '../groups/guard.ts';
import { login } from '../groups/login.ts';
import { logs } from '../groups/logs.ts';
import { modelGroup } from '../groups/model.ts';
import { monitoring } from '../groups/monitoring.ts';
import { network } from '../groups/network.ts';
import { notify } from '../groups/notify.ts';
import { objectives } from '../groups/objectives.ts';
import { output } from '../groups/output.ts';
import { probes } from '../groups/probes.ts';
import { run } from '../groups/run.ts';
import { service } from '../groups/service.ts';
import { smoke } from '../groups/smoke.ts';
import { source } from '../groups/source.ts';
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
  run,
  deploy,
  guard,
  gatewayGroup,
  freeze,
  alerts,
  smoke,
  door,
  canary,
  objectives,
  monitoring,
  decision,
  source,
  probes,
  notify,
  logs,
  output,
];
