import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import { CountsUnusable } from '../../steps/ports/counts-refused.ts';
import type { SliSource, SliTotals } from '../../steps/ports/sli.ts';
import { type CommandWorld, createAsk } from './ask.ts';
import { CommandReader } from './reader.ts';

/** The first question is about this long. */
const firstMs = 900_000;
/** The part of a total that may be missing at its end, because counts are late. At least as long as a watch waits for them. */
const latePart = 0.01;
const mostLateMs = 900_000;

/** Counts requests by a program of the user's, for a monitoring system that has no source of its own. */
export function createCommand(world: CommandWorld & { clock: Clock }): SliSource {
  const { settings, clock } = world;
  const { stepMs, isWhole } = settings;
  const ask = createAsk(world);
  const floor = (at: number) => Math.floor(at / stepMs) * stepMs;
  return {
    name: 'command',
    ...(isWhole ? { isWhole } : {}),
    open: (query) => new CommandReader(query, { ask, clock, stepMs, isWhole }),
    async inspect({ service, objectives }, _from, to, signal) {
      const question = { service, revisions: [], except: [], objectives };
      try {
        await ask({ ...question, from: floor(to - firstMs), to: floor(to) }, signal);
      } catch (error) {
        // Nothing was changed yet, so a program whose answer cannot be read stops here.
        if (error instanceof ReleaseError && error.code === 'response-malformed')
          throw new CountsUnusable({ what: error.message, why: error.why, fix: error.fix, cause: error });
        throw error;
      }
      return [];
    },
    async total({ service, objectives, except = [] }, from, to, signal) {
      const start = floor(from);
      const end = floor(to);
      const { until, cells } = await ask(
        { service, revisions: [], except: isWhole ? [] : except, objectives, from: start, to: end },
        signal,
      );
      const lateMs = end - until;
      if (until > start && lateMs > Math.max(mostLateMs, latePart * (end - start)))
        throw new ReleaseError('counts-partial', {
          what: `The program counted only until ${Math.round(lateMs / 60_000)} minutes before the end of the time that it was asked for.`,
          fix: 'Let it count up to COUNT_TO, as far as its monitoring system has the counts.',
        });
      const totals: SliTotals = {};
      if (until > start) for (const { objective, total, bad } of cells) totals[objective] = { total, bad };
      return totals;
    },
  };
}
