import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dollarsText, planOf } from '../../src/domain/conformance/plan.ts';
import { prices } from '../../src/domain/conformance/prices.ts';
import { probeIds, probes } from '../../src/domain/conformance/probes.ts';
import { fillPage } from './tables/fill.ts';

const page = 'docs/reference/conformance.md';

/** Writes the parts of a run and its cost into the page. */
export function generate(): Record<string, string> {
  const { seconds, cost, dollars } = planOf(probeIds);
  const parts = [
    '| part | what it does | about |',
    '|:--|:--|--:|',
    ...probeIds.map((id) => `| \`${id}\` | ${probes[id].does} | ${probes[id].seconds} s |`),
  ];
  const money = [
    `About ${Math.round(seconds / 60)} minutes, and at most 25: then no new part begins. About ${dollarsText(dollars)} US dollars (list prices of ${prices.date}, without what is free):`,
    '',
    '| what | amount | price | cost |',
    '|:--|--:|--:|--:|',
    ...cost.map(
      ({ what, amount, unit, price, dollars: sum }) =>
        `| ${what} | ${amount} ${unit} | ${price < 0.001 ? price.toFixed(8).replace(/0+$/, '') : price} | ${sum.toFixed(4)} |`,
    ),
    '',
    `Prices: [Cloud Build](${prices.page.build}), [Cloud Run](${prices.page.run}), [Artifact Registry](${prices.page.storage}).`,
  ];
  const text = readFileSync(join(import.meta.dirname, '../..', page), 'utf8');
  const filled = fillPage(text, 'conformance-parts', parts.join('\n'));
  return { [page]: fillPage(filled, 'conformance-cost', money.join('\n')) };
}
