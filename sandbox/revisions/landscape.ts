import { seededRandom } from './random.ts';

/**
 * How long a container works on a request, by the size of its revision, so that a measurement of sizes has something to measure. Calls on
 * one instance share its CPUs; a call that finds too little memory ends its container.
 */
export interface Landscape {
  /** Milliseconds of CPU that a call uses, and that it waits for others. */
  cpuMs: number;
  ioMs: number;
  /** How many CPUs the code can use at a time. Default 1. */
  threads?: number;
  /** MiB of the program, and of each call. */
  baseMib?: number;
  callMib?: number;
  /** Spread of the time of a call, as the standard deviation of its logarithm. */
  sigma?: number;
}

/** What the revision of an instance has. */
export interface Size {
  cpu: number;
  memoryMib: number;
  concurrency: number;
  instances: number;
}

const numbers = ['cpuMs', 'ioMs', 'threads', 'baseMib', 'callMib', 'sigma'];

/** Throws an error of one sentence if a landscape does not have the documented form. */
export function checkLandscape(value: unknown): void {
  for (const [key, number] of Object.entries(value as object)) {
    if (!numbers.includes(key)) throw new Error(`landscape has the unknown key ${JSON.stringify(key)}`);
    if (typeof number !== 'number' || !(number >= 0)) throw new Error(`landscape.${key} is not a number`);
  }
}

/** The instances of one revision. A request goes to the instance that has the fewest. */
export class Instances {
  private readonly law: Landscape;
  private readonly size: Size;
  private readonly random: () => number;
  /** Requests on each instance. */
  private readonly busy: number[] = [];

  constructor(law: Landscape, size: Size, seed: string) {
    this.law = law;
    this.size = size;
    this.random = seededRandom(`landscape ${seed}`);
  }

  /** The instance of a request, and how long it works on it. `oom`: the memory is not enough. The caller must then call `leave`. */
  enter(): { at: number; milliseconds: number; oom: boolean } {
    const at = this.choose();
    const calls = (this.busy[at] ?? 0) + 1;
    this.busy[at] = calls;
    const { cpuMs, ioMs, threads = 1, baseMib = 0, callMib = 0, sigma = 0 } = this.law;
    const cpus = Math.min(this.size.cpu, threads);
    // Each call gets at most one CPU, and its share of what the instance has.
    const share = Math.min(1, cpus / calls);
    const gauss = Math.sqrt(-2 * Math.log(1 - this.random())) * Math.cos(2 * Math.PI * this.random());
    return {
      at,
      milliseconds: (ioMs + cpuMs / share) * Math.exp(sigma * gauss),
      oom: baseMib + calls * callMib > this.size.memoryMib,
    };
  }

  leave(at: number): void {
    this.busy[at] = (this.busy[at] ?? 1) - 1;
  }

  /** One that has room, the fewest first. Cloud Run starts a further instance while those that run are busy. */
  private choose(): number {
    const most = Math.min(this.size.instances, this.busy.length + 1);
    let best = 0;
    for (let at = 0; at < most; at++) if ((this.busy[at] ?? 0) < (this.busy[best] ?? 0)) best = at;
    return best;
  }
}
