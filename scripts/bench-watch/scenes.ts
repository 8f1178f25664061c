/** One cell of the grid: how the two revisions behave, and how many requests a second they get. */
export interface Scene {
  name: string;
  /** A healthy release must stay and a bad one must go. `trade`: worse than before but tolerable, so either decision is right. */
  kind: 'healthy' | 'bad' | 'trade';
  /** Requests per second that the candidate gets. */
  rps: number;
  /** The candidate's share of traffic. At 1 there is no baseline. */
  share: number;
  /** The chance of a bad answer in second `t` after the shift. */
  candidate(t: number): number;
  baseline(t: number): number;
  /** The second at which the failure begins. */
  onset: number;
}

export const limit = 0.005;
export const watchSeconds = 1800;
export const pollSeconds = 10;

const always = (rate: number) => () => rate;
const blip = (t: number) => (t >= 600 && t < 660 ? 0.3 : 0.001);
const late = (t: number) => (t >= 900 ? 0.05 : 0.001);

interface Shape {
  name: string;
  kind: Scene['kind'];
  candidate: Scene['candidate'];
  baseline: Scene['baseline'];
  onset?: number;
  rps: readonly number[];
  shares: readonly number[];
}

const usual = [0.1, 1, 10, 100];
const shapes: Shape[] = [
  {
    name: 'healthy: 0.1 %, as before',
    kind: 'healthy',
    candidate: always(0.001),
    baseline: always(0.001),
    rps: usual,
    shares: [0.1, 0.5, 1],
  },
  {
    name: 'both at the objective: 0.5 %',
    kind: 'healthy',
    candidate: always(0.005),
    baseline: always(0.005),
    rps: usual,
    shares: [0.1, 0.5, 1],
  },
  {
    name: 'both beyond it: 2 %',
    kind: 'healthy',
    candidate: always(0.02),
    baseline: always(0.02),
    rps: usual,
    shares: [0.1, 0.5],
  },
  {
    name: 'blip of the platform: 60 s at 30 %, both',
    kind: 'healthy',
    candidate: blip,
    baseline: blip,
    rps: usual,
    shares: [0.1, 0.5],
  },
  {
    name: '1 % errors',
    kind: 'bad',
    candidate: always(0.01),
    baseline: always(0.001),
    rps: usual,
    shares: [0.1, 1],
  },
  {
    name: '5 % errors',
    kind: 'bad',
    candidate: always(0.05),
    baseline: always(0.001),
    rps: usual,
    shares: [0.1, 1],
  },
  {
    name: '50 % errors',
    kind: 'bad',
    candidate: always(0.5),
    baseline: always(0.001),
    rps: usual,
    shares: [0.1, 1],
  },
  {
    name: 'late: 5 % from 900 s',
    kind: 'bad',
    candidate: late,
    baseline: always(0.001),
    onset: 900,
    rps: [1, 10, 100],
    shares: [0.1, 1],
  },
  {
    name: 'inside the objective, worse than before: 0.4 %',
    kind: 'trade',
    candidate: always(0.004),
    baseline: always(0.001),
    rps: [1, 10, 100],
    shares: [0.1],
  },
  {
    name: 'at the objective, worse than before: 0.5 %',
    kind: 'trade',
    candidate: always(0.005),
    baseline: always(0.001),
    rps: [1, 10, 100],
    shares: [0.1],
  },
];

export function scenes(): Scene[] {
  return shapes.flatMap((shape) =>
    shape.shares.flatMap((share) =>
      shape.rps.map((rps) => ({ ...shape, onset: shape.onset ?? 0, share, rps })),
    ),
  );
}
