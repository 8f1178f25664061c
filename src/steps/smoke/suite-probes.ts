import { ReleaseError } from '../../domain/errors/errors.ts';
import { classifyProbe } from '../../domain/invocation/front-end.ts';
import { explainInvocation } from '../../domain/invocation/refusal.ts';
import { type Answer, readText } from '../../domain/smoke/answer-text.ts';
import { judge } from '../../domain/smoke/judge.ts';
import type { SmokeCase } from '../../domain/smoke/suite/model.ts';
import type { WatchProbes } from '../ports/watch-probes.ts';
import { type Caller, createCaller } from './caller.ts';
import type { SmokePorts, SmokeTarget } from './ports.ts';
import { readSuite } from './smoke-test.ts';

export interface SuiteProbes {
  /** Path of the suite, relative to the workspace. */
  suite: string;
  /** URLs of the revisions themselves, by their tags, or the live URL where one has all traffic. */
  targets: { candidate: SmokeTarget; baseline?: SmokeTarget | undefined };
  signal?: AbortSignal | undefined;
}

/** Longer than any watch. */
const deadlineMs = 7 * 24 * 3600 * 1000;

interface Line {
  caller: Caller;
  next: number;
}

/**
 * One case of the smoke suite after the other, each sent once and judged as the smoke test judges it. What could not
 * be sent at all, or was not let in, says nothing about the function, so it is thrown and never counted.
 */
export function createSuiteProbes(ports: SmokePorts, options: SuiteProbes): WatchProbes {
  const quiet = { ...ports, log: { ...ports.log, line: () => {}, warning: () => {} } };
  const lines = new Map<string, Line>();
  let cases: Promise<SmokeCase[]> | undefined;
  const usable = async () => {
    const suite = await readSuite(ports, options.suite);
    const found = suite.cases.filter((item) => item.skip === undefined);
    if (found.length > 0) return found;
    throw new ReleaseError('suite-invalid', {
      what: `${options.suite} has no case that could be sent as a probe.`,
    });
  };

  return {
    async probe(name, signal) {
      cases ??= usable();
      const items = await cases;
      const target = options.targets[name];
      if (!target) throw new ReleaseError('internal', { what: `There is no URL of the ${name} to probe.` });
      const request = { suite: options.suite, target, deadlineMs, signal: signal ?? options.signal };
      const line = lines.get(name) ?? { caller: createCaller(quiet, request, () => ''), next: 0 };
      lines.set(name, line);
      const item = items[line.next++ % items.length] as SmokeCase;
      const { attempt } = await line.caller.call(item, { retries: 0 });
      if (attempt.answer) {
        const { failures } = judge(item, attempt.answer, readText(attempt.answer, item.text));
        const refused = failures.length > 0 ? refusalOf(attempt.answer, target) : undefined;
        if (refused) throw refused;
        return { bad: failures.length > 0, milliseconds: attempt.answer.milliseconds };
      }
      const { cause, what, milliseconds } = attempt.none;
      if (cause === 'timeout' || cause === 'reset') return { bad: true, milliseconds };
      throw new ReleaseError('network-failed', { what });
    },
  };
}

/** Google's front end did not let us in: the function never saw the request. */
function refusalOf(answer: Answer, { invocation }: SmokeTarget): ReleaseError | undefined {
  const { class: seen, note } = classifyProbe(answer);
  if (seen !== 'refused' && seen !== 'iap') return undefined;
  const known = invocation && explainInvocation(answer.status, invocation);
  const what = known ? `${known.what} ${known.why}` : `It was ${note} (${answer.status}).`;
  return new ReleaseError('permission-denied', { what, fix: known?.fix });
}
