import type { TargetKind } from '../domain/deploy/kind.ts';
import type { Driver } from '../steps/deploy/ports.ts';
import type { Images } from '../steps/ports/images.ts';
import type { ChosenTarget } from './choose.ts';
import type { FunctionPorts } from './function/world.ts';
import type { SourcePorts } from './run-function/world.ts';

export { type Asked, type ChosenTarget, chooseTarget } from './choose.ts';

export type DriverPorts = FunctionPorts & SourcePorts & { images: Images };

/** A new kind of deployment is a folder and a line here. Its code is loaded when it is needed. */
const drivers: Readonly<Record<TargetKind, (ports: DriverPorts) => Promise<Driver>>> = {
  function: async (ports) => (await import('./function/driver.ts')).functionDriver(ports),
  'run-function': async (ports) => (await import('./run-function/driver.ts')).runFunctionDriver(ports),
  'run-image': async (ports) => (await import('./run-image/driver.ts')).imageDriver(ports),
};

/** Deploys what the target turns out to be. */
export const openDriver = (target: Pick<ChosenTarget, 'kind'>, ports: DriverPorts): Driver => ({
  prepare: async (run) => {
    const kind = run.request.live?.deployed?.kind ?? (await target.kind(run.request.signal));
    return (await drivers[kind](ports)).prepare(run);
  },
});
