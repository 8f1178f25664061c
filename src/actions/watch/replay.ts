import { ReleaseError } from '../../domain/errors/errors.ts';
import { newReport } from '../../domain/report/report.ts';
import { replayFacts, replayReason } from '../../domain/watch/replay/facts.ts';
import type { RecordedWatch } from '../../domain/watch/replay/recorded.ts';
import { judgeReplay, type Replay, readReplay, recordingIn } from '../../domain/watch/replay/replay.ts';
import type { InputName } from '../../inputs/table.ts';
import type { Finished } from '../../runner/action.ts';
import type { Context } from '../../runner/context.ts';
import { beginsFresh, replayWatch } from '../../steps/watch/replay.ts';
import type { WatchResult } from '../../steps/watch/watch.ts';
import { undecidedPolicy, watchRule } from './inputs.ts';
import { watchOutputs } from './outputs.ts';

const ruleInputs = ['policy', 'threshold_rate', 'threshold_window', 'threshold_failures'] as const;
/** What a replay reads. Every other input is refused, because it would have no effect. */
const used: ReadonlySet<string> = new Set([
  ...['replay', 'slo', 'summary', 'on_too_few_requests', 'on_blind', 'on_platform', 'on_client_errors'],
  ...ruleInputs,
]);

/** The report of a watch that was recorded whole. */
function replayed(given: Record<string, unknown>, result: WatchResult, replay: Replay): Finished<'watch'> {
  const report = newReport('watch');
  report.inputs = given;
  report.verdict = result.verdict;
  report.reason = result.reason;
  report.findings = result.findings;
  report.evidence.watch = Object.assign(result.evidence, { replay });
  if (result.next === 'hold') report.outcome = 'held';
  return {
    report,
    view: async () => (await import('../../domain/summary/watch/section.ts')).watchView,
    exitCode: result.next === 'go_on' ? 0 : 1,
    outputs: watchOutputs(result),
  };
}

/** Judges recorded counts again, offline and without credentials. `file` is a recording or the report of an earlier run. */
export async function replay(context: Context, file: unknown): Promise<Finished<'watch'>> {
  const { inputs, log } = context;
  const values = inputs.of('watch');
  const { slo } = values;
  const policy = undecidedPolicy(values);
  const rule = watchRule(values);
  for (const name of Object.keys(values) as InputName[])
    if (inputs.isSet(name) && !used.has(name))
      inputs.problem(name, 'replay does not use it: remove it, or remove replay');
  inputs.done();
  const parsed = readReplay(recordingIn(file));
  if ('problems' in parsed)
    throw new ReleaseError('replay-invalid', {
      what: `The recording is wrong: ${parsed.problems.join('; ')}.`,
    });
  const { steps } = parsed.replay;
  if (steps) {
    if (slo !== undefined && !beginsFresh(steps[0] as RecordedWatch))
      throw new ReleaseError('replay-invalid', {
        what: 'The recording goes on from an earlier one, so it can only be judged by its own objective.',
        fix: 'Leave slo out.',
      });
    const given = Object.fromEntries(
      Object.entries(policy).filter(([end]) => inputs.isSet(`on_${end}` as InputName)),
    );
    const classical = ruleInputs.some((name) => inputs.isSet(name));
    log.line(`Judged ${steps.reduce((sum, { looks }) => sum + looks.length, 0)} recorded looks offline.`);
    const result = replayWatch(steps, { slo, rule: classical ? rule : undefined, policy: given });
    return replayed(inputs.given, result, parsed.replay);
  }
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
