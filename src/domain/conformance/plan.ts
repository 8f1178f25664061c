import { spanText } from '../text/span.ts';
import { type CostLine, costLines, prices, totalOf } from './prices.ts';
import { type ProbeId, probes } from './probes.ts';

/** What a run is going to do, before it does it. */
export interface Plan {
  probes: ProbeId[];
  seconds: number;
  cost: CostLine[];
  dollars: number;
  permissions: string[];
}

export function planOf(ids: readonly ProbeId[]): Plan {
  const chosen = ids.map((id) => probes[id]);
  const cost = costLines(chosen.map((probe) => probe.cost));
  return {
    probes: [...ids],
    seconds: chosen.reduce((sum, { seconds }) => sum + seconds, 0),
    cost,
    dollars: totalOf(cost),
    permissions: [...new Set(chosen.flatMap(({ permissions }) => permissions))].sort(),
  };
}

/** Rounded up, so that it never says that something costs nothing. */
export const dollarsText = (dollars: number): string =>
  dollars === 0 ? '0.00' : (Math.ceil(dollars * 100) / 100).toFixed(2);

export const arithmetic = (cost: readonly CostLine[]): string[] =>
  cost.map(({ what, amount, unit, price, dollars }) => {
    const each = price < 0.001 ? price.toFixed(8).replace(/0+$/, '') : String(price);
    return `${what}: ${amount} ${unit} x ${each} = ${dollars.toFixed(4)}`;
  });

export function planText(plan: Plan, project: string, region: string): string[] {
  return [
    `This run makes throw-away resources in ${project}/${region}, looks at what Google Cloud does with them, and removes them again:`,
    ...plan.probes.map((id) => `  ${probes[id].title}. ${probes[id].does}`),
    `It takes about ${spanText(plan.seconds)} and costs about ${dollarsText(plan.dollars)} US dollars (list prices of ${prices.date}, without what is free):`,
    ...arithmetic(plan.cost).map((line) => `  ${line}`),
  ];
}
