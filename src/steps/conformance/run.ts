import { type BeliefId, beliefIds, beliefs } from '../../domain/conformance/catalog.ts';
import { type ProbeId, probeIds, probes } from '../../domain/conformance/probes.ts';
import type { ProbeEnd, Settled } from '../../domain/conformance/result.ts';
import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import { probeOf } from './probes.ts';
import { Scene, type Stage } from './scene.ts';

export interface RunOptions {
  /** Probes to run. What they need is added. */
  only?: readonly ProbeId[] | undefined;
  /** Milliseconds for all probes together. */
  deadlineMs: number;
  signal: AbortSignal;
  tell: (sentence: string) => void;
}

export interface Ran {
  settled: Settled[];
  ends: ProbeEnd[];
}

/** The probes of a run in their order: those asked for, and all that they need. */
export function chosen(only: readonly ProbeId[] | undefined): ProbeId[] {
  if (!only) return [...probeIds];
  const wanted = new Set<ProbeId>();
  const add = (id: ProbeId): void => {
    for (const before of probes[id].after) add(before);
    wanted.add(id);
  };
  for (const id of only) add(id);
  return probeIds.filter((id) => wanted.has(id));
}

/**
 * Runs the probes one after another. One that fails takes with it only those that need it. A run that is interrupted returns what it
 * has: cleaning up is the caller's, and comes in any case.
 */
export async function runProbes(stage: Stage, { only, deadlineMs, signal, tell }: RunOptions): Promise<Ran> {
  const ran: Ran = { settled: [], ends: [] };
  const plan = chosen(only);
  const end = stage.clock.steady() + deadlineMs;
  const broken = new Set<ProbeId>();
  for (const [index, id] of plan.entries()) {
    const { title, after, deadline } = probes[id];
    const missing = after.find((before) => broken.has(before));
    const left = end - stage.clock.steady();
    const reason = signal.aborted
      ? 'The run was interrupted.'
      : missing
        ? `It needs "${probes[missing].title}", which failed.`
        : left <= 0
          ? 'The time of the whole run was over.'
          : undefined;
    if (reason !== undefined) {
      broken.add(id);
      ran.ends.push({ probe: id, seconds: 0, failure: reason, skipped: true });
      continue;
    }
    tell(`[${index + 1}/${plan.length}] ${title}`);
    const began = stage.clock.steady();
    const own = timed(stage, Math.min(deadline * 1000, left), signal);
    const scene = new Scene(stage, own.signal);
    let failure: string | undefined;
    try {
      await probeOf[id](scene);
    } catch (error) {
      failure = failureOf(error, own.signal);
      broken.add(id);
    } finally {
      own.end();
    }
    ran.settled.push(...scene.settled);
    const seconds = Math.round((stage.clock.steady() - began) / 100) / 10;
    ran.ends.push({ probe: id, seconds, ...(failure === undefined ? {} : { failure }) });
    tell(
      `      ${wordsOf(scene.settled)}${failure === undefined ? '' : ` Stopped: ${failure}`} (${seconds} s)`,
    );
  }
  return { ...ran, settled: complete(ran, plan) };
}

/** Why a probe stopped. If its time was over, the last refusal says more than the clock. */
function failureOf(error: unknown, { aborted, reason }: AbortSignal): string {
  if (!aborted || error === reason) return messageOf(error);
  return `${messageOf(reason)} ${messageOf(error)}`;
}

/** A signal that also ends after so many milliseconds. */
function timed(
  stage: Stage,
  milliseconds: number,
  signal: AbortSignal,
): { signal: AbortSignal; end: () => void } {
  const abort = new AbortController();
  const over = new AbortController();
  const pass = () => abort.abort(signal.reason);
  if (signal.aborted) pass();
  signal.addEventListener('abort', pass, { once: true });
  const seconds = Math.round(milliseconds / 1000);
  stage.clock.sleep(milliseconds, over.signal).then(
    () => abort.abort(new ReleaseError('cancelled', { what: `It took longer than its ${seconds} s.` })),
    () => {},
  );
  return {
    signal: abort.signal,
    end: () => {
      over.abort();
      signal.removeEventListener('abort', pass);
    },
  };
}

function wordsOf(settled: readonly Settled[]): string {
  const count = (verdict: string) => settled.filter((one) => one.verdict === verdict).length;
  const parts = [
    [count('holds'), 'hold'],
    [count('contradicted'), 'contradicted'],
    [count('not settled'), 'not settled'],
  ] as const;
  return `${
    parts
      .filter(([number]) => number > 0)
      .map(([number, word]) => `${number} ${word}`)
      .join(', ') || 'nothing settled'
  }.`;
}

/** Every belief of the catalogue, in its order: settled, not settled because its probe failed, or not settled by any probe. */
function complete({ settled, ends }: Ran, plan: readonly ProbeId[]): Settled[] {
  const found = new Map<BeliefId, Settled>(settled.map((one) => [one.belief, one]));
  const open = (belief: BeliefId): Settled => {
    const none: Settled = { belief, verdict: 'not settled', seen: {}, evidence: [] };
    const how = beliefs[belief].settled;
    if ('not' in how) return { ...none, why: how.why };
    if (!plan.includes(how.by)) return { ...none, why: 'This run left it out.', leftOut: true };
    const failure = ends.find(({ probe }) => probe === how.by)?.failure ?? noVerdict;
    return { ...none, why: `"${probes[how.by].title}" did not come to its end. ${failure}` };
  };
  return beliefIds.map((belief) => found.get(belief) ?? open(belief));
}

const noVerdict = 'It gave no verdict.';
