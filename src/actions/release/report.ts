import { budgetInvoice } from '../../domain/budget/invoice.ts';
import { shortName } from '../../domain/data/resource-name.ts';
import { githubServer, isRepository, runPage } from '../../domain/data/run-page.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import type { Outcome, Verdict } from '../../domain/findings/verdict.ts';
import { evidenceOfModel } from '../../domain/model/model.ts';
import { suiteFile } from '../../domain/product.ts';
import type { ReleaseFacts } from '../../domain/release/facts.ts';
import { badStatus, spentIn } from '../../domain/release/segments.ts';
import { nothingChecked, nothingCheckedFinding } from '../../domain/release/silence.ts';
import { errorRecordOf } from '../../domain/report/error-record.ts';
import { newReport, type Report } from '../../domain/report/report.ts';
import { capital } from '../../domain/text/sentence.ts';
import { allocationText } from '../../domain/traffic/serving.ts';
import type { Environment } from '../../inputs/reader.ts';
import type { ReleaseRun } from '../../steps/release/run.ts';

export const verdicts: Record<Outcome, Verdict> = {
  promoted: 'pass',
  rolled_back: 'fail',
  smoke_failed: 'fail',
  exposed: 'fail',
  rejected: 'fail',
  blocked: 'fail',
  held: 'inconclusive',
  cancelled: 'inconclusive',
  superseded: 'inconclusive',
  yielded: 'inconclusive',
};

/** The release was taken back because something around it failed. Nothing speaks against its code. */
const isUnjudged = ({ state, ending }: ReleaseRun): boolean =>
  ending.blame === 'environment' && (state.outcome === 'rolled_back' || state.outcome === 'rejected');

/** The report of a release. `startedAt` is when the action began, in milliseconds since the epoch. */
export function reportOf(
  run: ReleaseRun,
  env: Environment,
  given: Record<string, unknown>,
  startedAt: number,
  windowSeconds: number,
): Report<'release'> {
  const { project, region, name } = run.request.place;
  const short = shortName(run.live.service);
  const report = newReport('release', { project, region, name, service: short, revision: run.candidate });
  const { outcome } = run.state;
  report.inputs = given;
  report.outcome = outcome;
  report.verdict = outcome
    ? isUnjudged(run)
      ? 'inconclusive'
      : verdicts[outcome]
    : run.request.dryRun && run.journal.errors.length === 0
      ? 'pass'
      : 'inconclusive';
  const silence = silenceOf(run);
  if (silence) report.verdict = 'inconclusive';
  report.reason = [causeOf(run), trafficOf(run), silence?.title].filter(Boolean).join(' ');
  report.findings = [...run.journal.findings, ...(silence ? [silence] : [])];
  report.actions_taken = [...run.journal.actions];
  report.errors = run.journal.errors.map((error) => ({
    ...errorRecordOf(error),
    ...(run.quoted.includes(error) ? { in_reason: true as const } : {}),
  }));
  report.timings = run.journal.stages.map((stage) => ({
    stage: stage.stage,
    startedAtSeconds: (stage.startedAt - startedAt) / 1000,
    seconds: (stage.endedAt - stage.startedAt) / 1000,
    verdict: stage.verdict,
    note: stage.note,
  }));
  const known = run.journal.errors.filter((error) => error instanceof ReleaseError);
  for (const error of known) report.findings.push(...(error.findings ?? []));
  Object.assign(report.evidence, ...known.map((error) => error.evidence ?? {}), run.journal.evidence, {
    release: factsOf(run, env, startedAt, windowSeconds),
  });
  return report;
}

/** Set if the candidate was promoted although nothing has tried it. */
function silenceOf({ state, plan, journal, candidate = 'it' }: ReleaseRun): Finding | undefined {
  if (state.outcome !== 'promoted' || state.cause === 'unchanged' || plan.unchanged) return undefined;
  return nothingChecked(journal.segments, journal.stages)
    ? nothingCheckedFinding(candidate, suiteFile)
    : undefined;
}

/** What happened, in one sentence. */
function causeOf(run: ReleaseRun): string {
  const { outcome, cause } = run.state;
  if (isPlan(run))
    return ended(
      `${run.plan.unchanged ? 'Nothing would change' : 'Plan only, nothing was changed'}: ${allocationText(run.live.serving)}`,
    );
  if (outcome === 'promoted' && cause !== 'unchanged' && !run.plan.unchanged)
    return ended(`${run.candidate} serves 100 %${run.written.keptPin ? ', pinned by name' : ''}`);
  const text = ended(run.reason || 'The release did not begin');
  const { name } = run.request.place;
  // A function's name at the beginning keeps its case.
  return name && text.startsWith(name) ? text : capital(text);
}

/** Says where the traffic is in a separate sentence, if the outcome alone does not say it. */
function trafficOf(run: ReleaseRun): string | undefined {
  const { state, live } = run;
  switch (state.outcome) {
    case 'rolled_back':
    case 'smoke_failed':
    case 'exposed':
    case 'cancelled':
    case 'rejected':
      return live.serving.length > 0 ? `${movedOf(run)}: ${allocationText(live.serving)}.` : undefined;
    case 'held':
      return `The traffic is held: ${allocationText(live.serving)}.`;
    case undefined:
      return run.request.dryRun ? undefined : undoneOf(run);
    default:
      return undefined;
  }
}

/** A failure before the first shift reached no user, and its reason says so. A first candidate serves from its build on. */
function movedOf(run: ReleaseRun): string {
  const { candidate, found } = run;
  if (found.before === undefined || mayHaveMoved(run)) return 'Traffic';
  return `No traffic was moved${candidate === undefined ? '' : ` to ${candidate}`}`;
}

/** True also if the write was sent and its response was lost. */
const mayHaveMoved = ({ candidate, journal }: ReleaseRun): boolean =>
  journal.marks.some(({ percent }) => percent > 0) ||
  journal.sent.some((traffic) =>
    traffic.some(({ revision, percent = 0 }) => revision === candidate && percent > 0),
  );

/** Says what remains of a release that ended with an error before it had released anything. */
function undoneOf({ state, journal }: ReleaseRun): string {
  if (state.touched === 'record')
    return 'Nothing was released. The pin and the record of this release are removed again.';
  // The guard may have closed the function, or an earlier release was settled.
  const untouched = journal.actions.length === 0 && journal.evidence.settled === undefined;
  return untouched ? 'Nothing was changed.' : 'Nothing was released.';
}

const ended = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);

const isPlan = ({ request, state, journal }: ReleaseRun): boolean =>
  request.dryRun && state.phase === 'ended' && state.outcome === undefined && journal.errors.length === 0;

function factsOf(run: ReleaseRun, env: Environment, startedAt: number, windowSeconds: number): ReleaseFacts {
  const { ports, request } = run;
  const seconds = (at: number) => Number(((at - startedAt) / 1000).toFixed(3));
  const now = ports.clock.now();
  const decided = run.journal.stages.findLast(({ note }) => note !== '' && note === run.reason);
  return {
    service: run.live.service,
    url: run.live.address ?? run.live.url,
    before: run.found.before?.revision,
    before_gone: run.ending.beforeGone,
    unjudged: isUnjudged(run) ? true : undefined,
    candidate: run.candidate,
    model: run.model && {
      ...evidenceOfModel(run.model),
      before: run.found.before?.model?.reference,
      before_digest: run.found.before?.model?.digest,
      alias: run.ending.alias,
    },
    first: run.state.first,
    unchanged: run.plan.unchanged,
    serving: run.live.serving.map(({ revision, percent }) => ({ revision, percent })),
    verified_at: new Date(now).toISOString(),
    exposure: run.exposure,
    kept_pin: run.written.keptPin,
    after_promote: request.afterPromote,
    steps: [...request.canary],
    seconds: seconds(now),
    stages: run.journal.stages.map((stage) => ({
      stage: stage.stage,
      kind: stage.kind,
      start: seconds(stage.startedAt),
      seconds: Number(((stage.endedAt - stage.startedAt) / 1000).toFixed(3)),
      verdict: stage.verdict,
      note: stage.note,
      percent: stage.percent,
      answered: stage.answered,
      decided: stage === decided ? true : undefined,
    })),
    moved: mayHaveMoved(run),
    shares: [
      { at: 0, percent: 0 },
      ...run.journal.marks.map(({ at, percent }) => ({ at: seconds(at), percent })),
    ],
    segments: [...run.journal.segments],
    outside: run.ending.outside.length > 0 ? run.ending.outside : undefined,
    after: run.ending.after,
    warnings: warningsOf(run),
    cause: causeOf(run),
    commit: commitOf(run, env),
    attempt: request.owner.attempt,
    budget: budgetOf(run, windowSeconds),
    dry_run: request.dryRun,
    logs_url: logsUrl(run),
    other_run_url: otherRunUrl(run, env),
  };
}

/** The alert at the top of the summary shows them. */
function warningsOf(run: ReleaseRun): string[] {
  const silence = silenceOf(run);
  return silence ? [[silence.title, silence.fix].join(' ')] : [...run.journal.warnings];
}

function commitOf(run: ReleaseRun, env: Environment): ReleaseFacts['commit'] {
  const { commit } = run.request;
  if (commit === undefined) return undefined;
  const server = githubServer(env);
  const base =
    server && isRepository(env.GITHUB_REPOSITORY) ? `${server}/${env.GITHUB_REPOSITORY}` : undefined;
  const good = run.found.previous?.stable_commit;
  return {
    sha: commit,
    url: base && `${base}/commit/${commit}`,
    compare: base && good && good !== commit ? `${base}/compare/${good}...${commit}` : undefined,
  };
}

/** The run of the release that this one gave way to. */
function otherRunUrl({ ending }: ReleaseRun, env: Environment): string | undefined {
  const server = githubServer(env);
  const other = ending.yieldedTo;
  if (!other || !server || !isRepository(other.repository) || other.run === '') return undefined;
  return runPage(server, other.repository, other.run, other.attempt);
}

/** The page of the console that shows what the new revision answered, or only the answers that decided. */
function logsUrl(run: ReleaseRun): string | undefined {
  if (run.candidate === undefined) return undefined;
  const { project } = run.request.place;
  const least = badStatus(run.journal.segments);
  const query = `resource.type="cloud_run_revision"\nresource.labels.revision_name="${run.candidate}"${least === undefined ? '' : `\nhttpRequest.status>=${least}`}`;
  const encoded = encodeURIComponent(query).replace(
    /[()!'*]/g,
    (char) => `%${char.charCodeAt(0).toString(16)}`,
  );
  return `https://console.cloud.google.com/logs/query;query=${encoded}?project=${encodeURIComponent(project)}`;
}

/** What is left of the error budget, and what this release spent of it by failed requests of users. */
function budgetOf(run: ReleaseRun, windowSeconds: number): ReleaseFacts['budget'] {
  const gate = run.journal.evidence.budget;
  if (!gate || gate.objectives.length === 0) return undefined;
  const days = Math.round(windowSeconds / 8640) / 10;
  return { gate, invoice: budgetInvoice(gate, spentIn(run.journal.segments)), window_days: days };
}
