import type { World } from '../core/state.ts';

/** One request that reached a container. Cloud Run's request metrics count only these. */
export interface MetricPoint {
  service: string;
  location: string;
  revision: string;
  status: number;
  milliseconds: number;
  /** The end of the request in milliseconds since the epoch. */
  at: number;
}

const MAX_POINTS = 500_000;

export const metricPoints = (world: World): MetricPoint[] => world.extension('metric points', () => []);

export function recordMetric(world: World, point: MetricPoint): void {
  const points = metricPoints(world);
  points.push(point);
  if (points.length > MAX_POINTS) points.splice(0, points.length - MAX_POINTS);
}
