import { functionPath, type Located } from '../domain/data/resource-name.ts';
import type { Driver } from '../steps/deploy/ports.ts';
import type { Functions } from '../steps/ports/functions.ts';
import type { DeployTarget } from '../steps/ports/target.ts';
import { functionTarget } from './function/describe.ts';
import { functionDriver } from './function/driver.ts';
import type { FunctionPorts } from './function/world.ts';

/** Reads what is deployed under this name. */
export const openTarget = ({ functions }: { functions: Functions }, place: Located): DeployTarget =>
  functionTarget(functions, functionPath(place));

/** Deploys under this name. */
export const openDriver = (ports: FunctionPorts): Driver => functionDriver(ports);
