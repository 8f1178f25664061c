import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import { CountsUnusable } from '../../steps/ports/counts-refused.ts';
import type { SliSource, SliTotals } from '../../steps/ports/sli.ts';
import { type CommandWorld, createAsk } from './ask.ts';
import { CommandReader } from './reader.ts';

/** The first question is about this long. */
const firstMs = 900_000;

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
      const { until, cells } = await ask(
        { service, revisions: [], except: isWhole ? [] : except, objectives, from: start, to: floor(to) },
        signal,
      );
      const totals: SliTotals = {};
      if (until > start) for (const { objective, total, bad } of cells) totals[objective] = { total, bad };
      return totals;
    },
  };
}
