import type { World } from '../core/state.ts';

/** One request that reached a container. Cloud Run's request metrics know no others. */
export interface MetricPoint {
  service: string;
  location: string;
  revision: string;
  status: number;
  milliseconds: number;
  /** Milliseconds since the epoch, at the end of the request. */
  at: number;
}

const MAX_POINTS = 500_000;

export const metricPoints = (world: World): MetricPoint[] => world.extension('metric points', () => []);

export function recordMetric(world: World, point: MetricPoint): void {
  const points = metricPoints(world);
  points.push(point);
  if (points.length > MAX_POINTS) points.splice(0, points.length - MAX_POINTS);
}
