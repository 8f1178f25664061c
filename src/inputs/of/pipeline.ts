/** Written by `npm run docs` from the table of inputs. */

import { login } from '../groups/login.ts';
import { logs } from '../groups/logs.ts';
import { output } from '../groups/output.ts';
import { pipelineGroup } from '../groups/pipeline.ts';
import { run } from '../groups/run.ts';
import { where } from '../groups/where.ts';

export const groups = [where, login, run, pipelineGroup, logs, output];
