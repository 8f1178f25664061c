import { ReleaseError } from '../../domain/errors/errors.ts';
import { classifyProbe } from '../../domain/invocation/front-end.ts';
import { explainInvocation } from '../../domain/invocation/refusal.ts';
import { explainUnreached, unreachedBy } from '../../domain/invocation/unreached.ts';
import { type Answer, readText } from '../../domain/smoke/answer-text.ts';
import { judge } from '../../domain/smoke/judge.ts';
import type { SmokeCase } from '../../domain/smoke/suite/model.ts';
import { caseFor } from '../../domain/smoke/thresholds.ts';
import type { WatchProbes } from '../ports/watch-probes.ts';
import { type Caller, createCaller } from './caller.ts';
import type { SmokePorts, SmokeTarget } from './ports.ts';
import { readSuite } from './read-suite.ts';

export interface SuiteProbes {
  /** Path of the suite, relative to the workspace. */
  suite: string;
  /** URLs of the two revisions: that of a tag, or the live URL if the revision has all traffic. */
  targets: { candidate: SmokeTarget; baseline?: SmokeTarget | undefined };
  signal?: AbortSignal | undefined;
}

/** A week, which is longer than any watch. */
const deadlineMs = 7 * 24 * 3600 * 1000;

/** The place in the suite of one revision's probes. */
interface Cursor {
  caller: Caller;
  next: number;
}

/**
 * Probes a revision with the cases of a smoke suite in turn. Each probe sends one case once and judges it as the smoke
 * test does. A request that could not be sent, or that the front end refused, says nothing about the function. So it
 * throws a ReleaseError and is never counted.
 */
export function createSuiteProbes(ports: SmokePorts, options: SuiteProbes): WatchProbes {
  const quiet = { ...ports, log: { ...ports.log, line: () => {}, warning: () => {} } };
  const cursors = new Map<string, Cursor>();
  let cases: Promise<SmokeCase[]> | undefined;
  const usable = async () => {
    const suite = await readSuite(ports, options.suite);
    const found = suite.cases.filter((item) => item.skip === undefined);
    if (found.length > 0) return found;
    throw new ReleaseError('suite-invalid', {
      what: `Every case of ${options.suite} is skipped, so there is nothing to send as a probe.`,
    });
  };

  const known = new Map<string, Promise<string[]>>();
  const namesOf = (name: string, target: SmokeTarget) => {
    const names = known.get(name) ?? target.model?.(options.signal) ?? Promise.resolve([]);
    known.set(name, names);
    // A read that failed is tried again with the next probe.
    names.catch(() => known.delete(name));
    return names;
  };

  return {
    async probe(name, signal) {
      cases ??= usable();
      const items = await cases;
      const target = options.targets[name];
      if (!target) throw new ReleaseError('internal', { what: `The ${name} has no URL to probe.` });
      const request = { suite: options.suite, target, deadlineMs, signal: signal ?? options.signal };
      const cursor = cursors.get(name) ?? { caller: createCaller(quiet, request, () => ''), next: 0 };
      cursors.set(name, cursor);
      const next = items[cursor.next++ % items.length] as SmokeCase;
      const item = next.expect.models.length > 0 ? caseFor(next, await namesOf(name, target)) : next;
      const { attempt } = await cursor.caller.call(item, { retries: 0 });
      if (attempt.answer) {
        const { failures } = judge(item, attempt.answer, readText(attempt.answer, item.text));
        const refused =
          foreignOf(attempt.answer, target) ??
          (failures.length > 0 ? refusalOf(attempt.answer, target) : undefined);
        if (refused) throw refused;
        return { bad: failures.length > 0, milliseconds: attempt.answer.milliseconds };
      }
      const { cause, what, milliseconds } = attempt.none;
      if (cause === 'timeout' || cause === 'reset') return { bad: true, milliseconds };
      throw new ReleaseError('network-failed', { what });
    },
  };
}

/** The error of a request that a proxy answered, whatever it answered. */
function foreignOf(answer: Answer, target: SmokeTarget): ReleaseError | undefined {
  if (unreachedBy(answer, target) !== 'proxy') return undefined;
  return new ReleaseError('network-failed', explainUnreached('proxy', answer.status, target.invocation));
}

/** The error of a request that Google's front end refused, so that the function never saw it. Undefined for other answers. */
function refusalOf(answer: Answer, { invocation }: SmokeTarget): ReleaseError | undefined {
  const { class: seen, note } = classifyProbe(answer);
  if (seen !== 'refused' && seen !== 'iap') return undefined;
  const known = invocation && explainInvocation(answer.status, invocation);
  const what = known ? `${known.what} ${known.why}` : `The probe was ${note} (${answer.status}).`;
  return new ReleaseError('permission-denied', { what, fix: known?.fix, commands: known?.commands });
}
