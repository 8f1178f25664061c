import { meansModel } from '../model/names.ts';
import { plural } from '../text/sentence.ts';
import type { Expect, SmokeCase, Suite } from './suite/model.ts';

/** Which thresholds a run used, for its report. */
export interface ThresholdsUsed {
  /** The model that the revision carries, by its first name. Undefined: it carries none. */
  model: string | undefined;
  /** How many cases have thresholds for this model. The others keep those of every model. */
  cases: number;
}

/** The thresholds of a case for the model with these names: the first pattern that means it, else those of every model. */
export function thresholdsFor(expect: Expect, names: readonly string[]): Expect {
  const own = expect.models.find(({ pattern }) => meansModel(pattern, names));
  if (own === undefined) return expect;
  const { maxCer = expect.maxCer, maxWer = expect.maxWer } = own;
  return { ...expect, maxCer, maxWer };
}

export const caseFor = (item: SmokeCase, names: readonly string[]): SmokeCase => ({
  ...item,
  expect: thresholdsFor(item.expect, names),
});

/** Whether a case pins thresholds to models, so that the model of the revision must be read. */
export const pinsModels = ({ cases, presets }: Pick<Suite, 'cases' | 'presets'>): boolean =>
  [...cases, ...presets.flatMap(({ variants }) => variants)].some(({ expect }) => expect.models.length > 0);

/** The suite with the thresholds of this model. */
export function suiteFor(suite: Suite, names: readonly string[]): { suite: Suite; used: ThresholdsUsed } {
  const cases = suite.cases.map((item) => caseFor(item, names));
  const changed = suite.cases.filter(({ expect }) =>
    expect.models.some(({ pattern }) => meansModel(pattern, names)),
  );
  const presets = suite.presets.map((preset) => ({
    ...preset,
    variants: preset.variants.map((item) => caseFor(item, names)),
  }));
  return { suite: { ...suite, cases, presets }, used: { model: names[0], cases: changed.length } };
}

export const thresholdsText = ({ model, cases }: ThresholdsUsed): string =>
  model === undefined
    ? 'no model is known: thresholds of every model'
    : cases === 0
      ? `model ${model}: no thresholds of its own, so those of every model`
      : `model ${model}: thresholds of its own in ${plural(cases, 'case')}`;
