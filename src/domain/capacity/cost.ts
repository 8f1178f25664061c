import { prices } from '../conformance/prices.ts';
import type { Point } from './point.ts';

/**
 * What a configuration costs by the dated price list. All its instances count as busy all the time: Cloud Run bills an instance while it
 * serves at least one request, so this is the most that the bill can be, and it is known before anything is measured.
 */

/** Dollars for a second of all instances. */
export const perSecond = ({ cpu, memoryMib, instances }: Point): number =>
  instances * (cpu * prices.vcpuSecond + (memoryMib / 1024) * prices.gibSecond);

/** Dollars for a thousand requests at this rate. */
export const perThousand = (point: Point, rate: number): number =>
  (perSecond(point) / rate + prices.millionRequests / 1_000_000) * 1000;

/** The most that a measurement can have cost. */
export const spent = (point: Point, seconds: number, calls: number): number =>
  perSecond(point) * seconds + (calls * prices.millionRequests) / 1_000_000;

/** The cheapest first. Of two at the same price, the one that leaves more room comes first. */
export const byCost = (a: Point, b: Point): number =>
  perSecond(a) - perSecond(b) || b.concurrency - a.concurrency || b.instances - a.instances;
