import { type Gate, gateOf } from '../../domain/budget/gate.ts';
import { shortName } from '../../domain/data/resource-name.ts';
import { messageOf } from '../../domain/errors/errors.ts';
import type { Counts } from '../../domain/evidence/counts.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { budgetRules } from '../../domain/findings/rules/budget.ts';
import type { Verdict } from '../../domain/findings/verdict.ts';
import { type Doubt, doubtFix, doubtText } from '../../domain/slo/doubt.ts';
import type { Objective } from '../../domain/slo/objective.ts';
import type { OpenEndPolicy } from '../../domain/watch/outcome.ts';
import type { Clock } from '../ports/clock.ts';
import { CountsRefused, CountsUnusable } from '../ports/counts-refused.ts';
import type { Log } from '../ports/log.ts';
import { type SliSource, sliObjectivesOf } from '../ports/sli.ts';

export interface BudgetPorts {
  clock: Clock;
  log: Log;
  source: SliSource;
}

export interface BudgetRequest {
  /** The Cloud Run service, as its short name or projects/P/locations/L/services/S. */
  service: string;
  objectives: readonly Objective[];
  /** Length of the budget's window, which ends now. */
  windowSeconds: number;
  /** What a spent budget does. */
  onExhausted: 'block' | 'warn';
  /** Why the release goes on although the budget is spent. */
  override?: string | undefined;
  /** What a watch without counts would do. With `promote`, unusable counters cause only a warning. */
  onBlind?: OpenEndPolicy | undefined;
  /** True to throw if Google refuses the counts: a watch could not read them either. With `onBlind: promote` nothing is thrown. */
  stopIfRefused?: boolean | undefined;
  /** Reads which revisions releases have taken back. Asked only if the budget is spent. */
  readTakenBack?: (() => Promise<readonly string[]>) | undefined;
  signal?: AbortSignal | undefined;
}

export interface BudgetResult {
  /** `fail` forbids the release; `inconclusive` means that the counts could not be read. */
  verdict: Verdict;
  reason: string;
  findings: Finding[];
  evidence: Gate;
}

/**
 * Checks before a release whether the counts can be used, and whether enough of the error budget remains. Throws
 * if the run is cancelled, or if a watch could never count: then nothing was changed yet.
 */
export async function budgetGate(ports: BudgetPorts, request: BudgetRequest): Promise<BudgetResult> {
  const now = ports.clock.now();
  const service = shortName(request.service);
  let windows: Record<string, Counts | undefined> = {};
  let unreadable: string | undefined;
  let repair: Pick<Finding, 'fix' | 'commands'> = {};
  const findings: Finding[] = [];
  const byRequests = request.objectives.filter(({ kind }) => kind !== 'log_field');
  try {
    const since = now - request.windowSeconds * 1000;
    const query = { service, objectives: sliObjectivesOf(byRequests) };
    if (byRequests.length > 0) {
      const doubts = (await ports.source.inspect?.(query, since, now, request.signal)) ?? [];
      findings.push(...doubtFindings(doubts, request.onBlind ?? 'hold', ports.log));
      windows = await ports.source.total(query, since, now, request.signal);
    }
  } catch (error) {
    if (request.signal?.aborted || error instanceof CountsUnusable) throw error;
    if (error instanceof CountsRefused && request.stopIfRefused && request.onBlind !== 'promote') throw error;
    const refused = error instanceof CountsRefused && error.commands ? error : undefined;
    unreadable = refused ? [refused.what, refused.why].filter(Boolean).join(' ') : messageOf(error);
    if (refused) repair = { fix: refused.fix, commands: refused.commands };
  }
  const fields = await fieldWindows(ports, request, now);
  windows = { ...windows, ...fields.windows };
  let gate = gateOf(request.objectives, windows, request, unreadable, fields.notes);
  if (gate.exhausted) gate = (await withoutTakenBack(ports, request, windows, fields.notes, now)) ?? gate;
  if (gate.exhausted)
    findings.push({
      rule: 'budget-exhausted',
      severity: gate.verdict === 'fail' ? 'high' : 'medium',
      title: gate.reason,
      fix:
        gate.verdict === 'fail'
          ? 'Repair first whatever causes the failures. If this release cannot wait, set budget_override to the reason.'
          : undefined,
    });
  if (unreadable !== undefined)
    findings.push({ ...ofRule(budgetRules, 'budget-unknown'), title: gate.reason, ...repair });
  return { verdict: gate.verdict, reason: gate.reason, findings, evidence: gate };
}

/**
 * What the code logged about its answers within the window, by objective. What cannot be read says why, and stops nothing: the watch
 * judges such an objective by the log itself.
 */
async function fieldWindows(
  { source, log }: BudgetPorts,
  { service, objectives, windowSeconds, signal }: BudgetRequest,
  now: number,
  except?: readonly string[],
): Promise<{ windows: Record<string, Counts>; notes: Record<string, string> }> {
  const windows: Record<string, Counts> = {};
  const notes: Record<string, string> = {};
  const from = now - windowSeconds * 1000;
  for (const objective of sliObjectivesOf(objectives.filter(({ kind }) => kind === 'log_field')))
    try {
      const query = { service: shortName(service), objective, except };
      const found = await source.fieldTotal?.(query, from, now, signal);
      if (!found) notes[objective.id] = `${source.name} does not read what the code logs.`;
      else if ('unknown' in found) notes[objective.id] = found.unknown;
      else {
        windows[objective.id] = found.counts;
        // The metric's first minute is whole, so a minute is no gap.
        if (found.since > from + 120_000)
          notes[objective.id] =
            `Counted since ${new Date(found.since).toISOString().slice(0, 16)}Z only, when its metrics were made or changed.`;
      }
    } catch (error) {
      if (signal?.aborted) throw error;
      notes[objective.id] = messageOf(error);
    }
  for (const note of Object.values(notes)) log.debug(note);
  return { windows, notes };
}

/**
 * The gate without the requests of revisions that were taken back. At low traffic their few failures spend the whole
 * budget, and would block the release that repairs them. Undefined if there is no such revision, or it had no bad request.
 */
async function withoutTakenBack(
  ports: BudgetPorts,
  request: BudgetRequest,
  windows: Record<string, Counts | undefined>,
  notes: Readonly<Record<string, string>>,
  now: number,
): Promise<Gate | undefined> {
  const { signal } = request;
  try {
    const revisions = (await request.readTakenBack?.()) ?? [];
    if (revisions.length === 0) return undefined;
    const objectives = sliObjectivesOf(request.objectives);
    const byRequests = objectives.filter(({ kind }) => kind !== 'log_field');
    const query = { service: shortName(request.service), objectives: byRequests, except: revisions };
    const from = now - request.windowSeconds * 1000;
    const fields = await fieldWindows(ports, request, now, revisions);
    // What could not be read again keeps what it has.
    const rest = {
      ...windows,
      ...(byRequests.length > 0 ? await ports.source.total(query, from, now, signal) : {}),
      ...fields.windows,
    };
    const left = objectives.map(({ id }) => (windows[id]?.bad ?? 0) - (rest[id]?.bad ?? 0));
    const bad = Math.max(0, ...left);
    return bad > 0
      ? gateOf(request.objectives, rest, { ...request, takenBack: { revisions, bad } }, undefined, notes)
      : undefined;
  } catch (error) {
    if (signal?.aborted) throw error;
    ports.log.debug(`The revisions that were taken back could not be left out: ${messageOf(error)}`);
    return undefined;
  }
}

/** Throws if these doubts would leave the watch without counts, and if that would end the release. */
function doubtFindings(doubts: readonly Doubt[], onBlind: OpenEndPolicy, log: Log): Finding[] {
  const fatal = doubts.filter((doubt) => doubt.fatal);
  const [first] = fatal;
  if (first && onBlind !== 'promote')
    throw new CountsUnusable({
      what: fatal.map(doubtText).join(' '),
      why: 'A watch by these counts could decide nothing.',
      fix: doubtFix(first),
    });
  return doubts.map((doubt): Finding => {
    const title = doubtText(doubt);
    log.warning(title);
    return {
      rule: 'counts-doubtful',
      severity: doubt.fatal ? 'high' : 'low',
      title,
      fix: doubt.fatal ? doubtFix(doubt) : undefined,
    };
  });
}
