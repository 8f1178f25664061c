/** What callers and revisions do in one cell about 4xx. */
export interface ClientScene {
  name: string;
  /** A healthy release must stay, a bad one must go. `trade`: worse, but so little that either decision is right. */
  kind: 'healthy' | 'bad' | 'trade';
  /** Requests a second of the whole service, without bursts. */
  rps: number;
  /** The candidate's share of the traffic. At 1 there is no baseline. */
  share: number;
  /** The chance that a usual request is answered with 4xx. */
  candidate: number;
  baseline: number;
  /** One caller sends requests that every revision answers with 4xx. */
  burst: Burst | undefined;
  /** The usual traffic of the watch, as a fraction of the traffic before. Default 1; `unknown`: it could not be read. */
  before?: number | 'unknown' | undefined;
}

export interface Burst {
  /** As many times the usual traffic. */
  times: number;
  meanSeconds: number;
  /** Mean seconds from the end of a burst to the next one. */
  everySeconds: number;
}

const none = undefined;
const short: Burst = { times: 10, meanSeconds: 20, everySeconds: 120 };
const long: Burst = { times: 3, meanSeconds: 120, everySeconds: 600 };
const hour: Burst = { times: 3, meanSeconds: 60, everySeconds: 3600 };

interface Shape extends Omit<ClientScene, 'rps' | 'share'> {
  rps: readonly number[];
  shares: readonly number[];
}

const healthy = (name: string, rate: number, burst: Burst | undefined, shares: readonly number[]): Shape => ({
  name: `${100 * rate} % on both${name}`,
  ...{ kind: 'healthy', rps: [1, 10], shares, candidate: rate, baseline: rate, burst },
});

const bad = (name: string, candidate: number, baseline: number, rps: number[], shares: number[]): Shape => ({
  name,
  ...{ kind: 'bad', rps, shares, candidate, baseline, burst: none },
});

const trade = (name: string, candidate: number, baseline: number): Shape => ({
  ...bad(name, candidate, baseline, [10, 100], [0.1, 0.5]),
  kind: 'trade',
});

const shapes: Shape[] = [
  healthy('', 0.05, none, [0.1, 0.5]),
  healthy('', 0.3, none, [0.1, 0.5]),
  healthy(', bursts of 20 s', 0.05, short, [0.1, 0.5]),
  healthy(', bursts of 2 min', 0.05, long, [0.1, 0.5]),
  healthy(', bursts of 2 min', 0.3, long, [0.1, 0.5]),
  healthy('', 0.3, none, [1]),
  healthy(', a burst of 1 min in an hour', 0.3, hour, [1]),
  healthy(', bursts of 20 s', 0.3, short, [1]),
  healthy(', bursts of 2 min', 0.05, long, [1]),
  healthy(', bursts of 2 min', 0.3, long, [1]),
  { ...healthy(', bursts of 2 min, no time before', 0.05, long, [1]), before: 'unknown' },
  { ...healthy(', bursts of 2 min, usual traffic fell to 0.4', 0.05, long, [1]), before: 0.4 },
  bad('all 404', 1, 0, [1, 10], [0.1, 0.5, 1]),
  bad('20 % 404 after none', 0.2, 0, [1, 10], [0.1, 0.5]),
  bad('5 % 404 after none', 0.05, 0, [1, 10], [0.1, 0.5]),
  bad('30 % after 10 %', 0.3, 0.1, [1, 10], [0.1, 0.5]),
  bad('80 % after 30 %', 0.8, 0.3, [1, 10], [1]),
  trade('1 % after none', 0.01, 0),
  trade('11 % after 10 %', 0.11, 0.1),
  trade('13 % after 10 %', 0.13, 0.1),
];

export const clientScenes = (): ClientScene[] =>
  shapes.flatMap(({ rps, shares, ...shape }) =>
    shares.flatMap((share) => rps.map((each) => ({ ...shape, share, rps: each }))),
  );
