import { limits } from './limits.ts';

/** What decides how long a release can take. */
export interface Planned {
  /** Percent of the traffic at each step, 100 last. */
  canary: readonly number[];
  stepSeconds: number;
  fullSeconds: number;
  buildSeconds: number;
  waitSeconds: number;
  propagationSeconds: number;
  verifySeconds: number;
  /** Waves of regions, if there are several. Every wave takes all steps. */
  waves?: number | undefined;
}

export interface Part {
  what: string;
  /** The inputs that set it. */
  inputs: readonly string[];
  seconds: number;
}

/**
 * The longest that a release can take, part by part: every wait lasts until its limit, and at the end the traffic goes
 * back. A usual release is much shorter. A job needs at least this much time, or GitHub ends it in the middle.
 */
export function longestRelease(planned: Planned): Part[] {
  const { waves = 1 } = planned;
  const steps = planned.canary.length - 1;
  const inputsOf = (...own: string[]) => (waves > 1 ? ['regions', ...own] : own);
  return [
    { what: 'login, preflight and reads', inputs: [], seconds: limits.rest },
    { what: 'waiting for another release', inputs: ['wait_for_other'], seconds: planned.waitSeconds },
    {
      what: 'closing the function, before and after the build',
      inputs: ['propagation_timeout'],
      seconds: 2 * planned.propagationSeconds,
    },
    {
      what: 'pin, build and tag',
      inputs: ['deploy_timeout'],
      seconds: planned.buildSeconds + limits.build + 2 * limits.write,
    },
    { what: 'smoke test', inputs: [], seconds: limits.smoke },
    {
      what: `${steps} canary ${steps === 1 ? 'step' : 'steps'}`,
      inputs: inputsOf('canary', 'step_duration'),
      seconds: waves * steps * (limits.write + planned.stepSeconds + limits.tail),
    },
    {
      what: 'all traffic',
      inputs: inputsOf('duration'),
      seconds: waves * (limits.write + planned.fullSeconds + limits.tail),
    },
    { what: 'promotion', inputs: [], seconds: limits.finish },
    {
      what: 'rollback',
      inputs: ['verify_duration'],
      seconds: limits.revert + planned.verifySeconds + limits.write,
    },
  ];
}

export const totalSeconds = (parts: readonly Part[]): number =>
  parts.reduce((sum, { seconds }) => sum + seconds, 0);

/** Minutes for `timeout-minutes`, rounded up to ten. */
export const jobMinutes = (planned: Planned): number =>
  Math.ceil(totalSeconds(longestRelease(planned)) / 600) * 10;
