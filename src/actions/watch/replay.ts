import { ReleaseError } from '../../domain/errors/errors.ts';
import { newReport } from '../../domain/report/report.ts';
import { replayFacts, replayReason } from '../../domain/watch/replay/facts.ts';
import { judgeReplay, readReplay, recordingIn } from '../../domain/watch/replay/replay.ts';
import type { Finished } from '../../runner/action.ts';
import type { Context } from '../../runner/context.ts';
import { undecidedPolicy, watchRule } from './inputs.ts';

/** Judges recorded counts again, offline and without credentials. `file` is a recording or the report of an earlier run. */
export async function replay(context: Context, file: unknown): Promise<Finished<'watch'>> {
  const { inputs, log } = context;
  const values = inputs.of('watch');
  const { slo } = values;
  const policy = undecidedPolicy(values);
  const rule = watchRule(values);
  inputs.done();
  const parsed = readReplay(recordingIn(file));
  if ('problems' in parsed)
    throw new ReleaseError('replay-invalid', {
      what: `The recording is wrong: ${parsed.problems.join('; ')}.`,
    });
  const recording = { ...parsed.replay, ...(slo === undefined ? {} : { slo }) };
  const result = judgeReplay(recording, rule);
  log.line(
    `Judged ${recording.polls.length} recorded looks offline: objective ${recording.slo * 100} %, alpha ${recording.alpha}.`,
  );
  const report = newReport('watch');
  report.inputs = inputs.given;
  report.verdict = result.verdict;
  report.reason = replayReason(recording, result, rule);
  report.evidence.watch = replayFacts(recording, result, rule);
  const ending = result.open ? policy[result.open] : undefined;
  const next =
    result.verdict === 'pass' || ending === 'promote' ? 'go_on' : ending === 'hold' ? 'hold' : 'roll_back';
  if (next === 'hold') report.outcome = 'held';
  return {
    report,
    view: async () => (await import('../../domain/summary/watch/section.ts')).watchView,
    exitCode: next === 'go_on' ? 0 : 1,
    outputs: {
      blame: result.blame,
      decided_at_seconds: result.decidedAtSeconds,
      next,
      requests: result.state.tests[0]?.candidate.total,
      bad: result.state.tests[0]?.candidate.bad,
    },
  };
}
