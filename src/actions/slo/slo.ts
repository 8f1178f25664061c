import { join } from 'node:path';
import type { SloEvidence } from '../../domain/alerting/evidence.ts';
import { outageSeconds } from '../../domain/alerting/pairs.ts';
import { type AlertingRequest, type Inexpressible, objectivesOf } from '../../domain/alerting/request.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { sloRules } from '../../domain/findings/rules/slo.ts';
import { newReport } from '../../domain/report/report.ts';
import type { Action, Finished } from '../../runner/action.ts';
import { timingOf } from '../../runner/timing.ts';
import { type KeepResult, keep } from '../../steps/slo/keep.ts';
import { showSloProblems } from '../watch/slo-file.ts';
import { readSlo } from './inputs.ts';
import { logResult } from './log-result.ts';
import { type Opened, openSystem } from './systems.ts';

/** Makes alerts and dashboards from the file that gates releases, or compares them with it. */
export const slo: Action<'slo'> = async (context): Promise<Finished<'slo'>> => {
  const read = await readSlo(context);
  if (read.broken) await showSloProblems(context, read.broken);
  context.inputs.done();
  const { log, clock, signal } = context;
  const { mode, request } = read;
  const started = clock.steady();
  const opened = await openSystem(context, read);
  const evidence = evidenceOf(read, request, opened);
  evidence.files = opened.files.map((name) => join(read.folder, name));
  const result: KeepResult =
    opened.refused.length > 0
      ? refusal(opened.refused)
      : await keep({ store: opened.store, log }, { mode, wanted: opened.wanted, prune: read.prune, signal });
  Object.assign(evidence, { changes: result.changes, writes: result.writes });
  const report = newReport('slo', { name: request.service });
  report.inputs = context.inputs.given;
  report.verdict = result.verdict;
  report.reason = result.reason;
  report.findings = [...result.findings, ...leftOutFindings(evidence)];
  report.evidence.slo = evidence;
  report.timings.push(timingOf(context, 'slo', started, result.verdict));
  if (!context.onTerminal) logResult(log, report.findings, evidence);
  return {
    report,
    view: async () => (await import('../../domain/summary/slo/section.ts')).sloView,
    outputs: {
      changes: result.changes.filter(({ does }) => does !== 'nothing').length,
      writes: result.writes,
      files: evidence.files.join('\n'),
    },
  };
};

function evidenceOf(
  { mode, system }: Pick<SloEvidence, 'mode' | 'system'>,
  request: AlertingRequest,
  { refused, leftOut: missing }: Pick<Opened, 'refused' | 'leftOut'>,
): SloEvidence {
  return {
    ...{ mode, system, slo: request.slo, service: request.service, window_seconds: request.windowSeconds },
    objectives: objectivesOf(request).map(({ objective, title, limit, pairs, leftOut }) => {
      const without = missing.filter((one) => one.objective === objective.id);
      const kept = pairs.filter(
        (pair) => !without.some(({ longSeconds }) => longSeconds === pair.longSeconds),
      );
      return {
        ...{ id: objective.id, title, limit, pairs: kept, left_out: [...leftOut, ...without] },
        paged_after_seconds: outageSeconds(
          kept.filter(({ urgency }) => urgency === 'page'),
          limit,
        ),
      };
    }),
    ...{ refused, changes: [], writes: 0, files: [] },
  };
}

function refusal(refused: readonly Inexpressible[]): KeepResult {
  const findings = refused.map(
    ({ objective, what, nearest }): Finding => ({
      ...ofRule(sloRules, 'slo-inexpressible'),
      about: [objective ?? '', what],
      title: what,
      fix: nearest,
    }),
  );
  const reason = `${refused[0]?.what ?? ''} Nothing was made.`;
  return { verdict: 'fail', reason, findings, changes: [], writes: 0 };
}

const leftOutFindings = ({ objectives }: SloEvidence): Finding[] =>
  objectives.flatMap(({ id, title, left_out: leftOut }) =>
    leftOut.map(
      ({ longSeconds, why }): Finding => ({
        ...ofRule(sloRules, 'slo-pair-left-out'),
        about: [id, String(longSeconds)],
        title: `"${title}" has no alert over ${longSeconds / 3600} h: ${why}.`,
      }),
    ),
  );
