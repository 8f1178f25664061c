import type { Verdict } from '../domain/findings/verdict.ts';
import type { Timing } from '../domain/report/report.ts';
import type { Context } from './context.ts';

/** The timing of a stage that ends now. `started` is a reading of the steady clock. */
export const timingOf = (
  { clock, startedAt }: Pick<Context, 'clock' | 'startedAt'>,
  stage: string,
  started: number,
  verdict: Verdict,
): Timing => ({
  stage,
  startedAtSeconds: (started - startedAt) / 1000,
  seconds: (clock.steady() - started) / 1000,
  verdict,
});
