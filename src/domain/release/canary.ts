import { parseList, parsePercentage } from '../data/parse.ts';

/**
 * The steps of a canary in whole percents, 100 last. Above 50 % the comparison with the old revision is nearly blind
 * (the old one then gets too few requests), so no step lies between 50 % and 100 %.
 */
export function parseCanary(text: string): number[] {
  const wanted = 'expected rising percentages of at most 50 %, such as 5%,25%,50%';
  if (/^(none|0|0%)$/i.test(text.trim())) return [100];
  const steps = parseList(text).map((item) => {
    const percent = /%$/.test(item) ? parsePercentage(item) * 100 : Number(item);
    const rounded = Math.round(percent);
    if (!Number.isFinite(percent) || Math.abs(percent - rounded) > 1e-9)
      throw new Error(`${wanted}; Cloud Run takes whole percents`);
    return rounded;
  });
  const split = steps.at(-1) === 100 ? steps.slice(0, -1) : steps;
  if (steps.length === 0 || split.some((step, i) => step < 1 || step > 50 || step <= (split[i - 1] ?? 0)))
    throw new Error(wanted);
  if (split.length > 20) throw new Error('expected at most 20 steps');
  return [...split, 100];
}
