import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, ReleaseError } from '../domain/errors/errors.ts';
import { filePrefix } from '../domain/product.ts';
import { annotationOf } from '../domain/report/annotation.ts';
import { summaryOf, type View } from '../domain/report/render.ts';
import { type ActionName, type ErrorRecord, newReport, type Report } from '../domain/report/report.ts';
import { lastLineOf } from '../domain/report/words.ts';
import { logText } from '../domain/text/safe-text.ts';
import { closeConnections } from '../http/send.ts';
import type { Log } from '../steps/ports/log.ts';
import { type Commands, createCommands } from './commands.ts';
import { type Context, createContext } from './context.ts';
import { createSecrets, type Secrets } from './secrets.ts';

/** The outputs that every action has. */
export type CommonOutput = 'verdict' | 'outcome' | 'reason' | 'report';
const commonOutputs: readonly CommonOutput[] = ['verdict', 'outcome', 'reason', 'report'];

/** What an action returns: the report holds everything, outputs are the part that other steps read. */
export interface Finished<Name extends ActionName = ActionName> {
  report: Report<Name>;
  /** Loads how the report is shown in the job summary. Called only if a summary is written, so that start-up stays fast. */
  view?: () => Promise<View<Name>>;
  /** The action's own outputs. */
  outputs?: Record<string, string | number | boolean | undefined>;
  /** Which of the common outputs to write; all of them by default. A post step shares the outputs of its main step. */
  commonOutputs?: readonly CommonOutput[];
  /** Outputs that are tokens on purpose: masked, but not redacted. */
  secretOutputs?: Record<string, string>;
  /** Environment variables for the steps that follow. */
  exports?: Record<string, string>;
  /** `false` leaves the job summary alone, for post steps that have nothing to say. */
  summary?: boolean;
  /** Also writes the summary to a file of its own and names it in the output `summary_file`. */
  summaryFile?: boolean;
  /** Overrides the exit code that follows from the report. */
  exitCode?: 0 | 1;
  /** `false` if the action has already written its own annotations. */
  annotate?: boolean;
}

export type Action<Name extends ActionName = ActionName> = (context: Context) => Promise<Finished<Name>>;

function createLog(secrets: Secrets, commands: Commands): Log {
  const print = (text: string) => process.stdout.write(`${secrets.redact(logText(text))}\n`);
  return {
    line: print,
    warning: (text) => commands.warning(secrets.redact(logText(text))),
    detail: (title, lines) => {
      commands.startGroup(secrets.redact(logText(title)));
      for (const line of lines) print(line);
      commands.endGroup();
    },
    debug: (text) => commands.debug(secrets.redact(logText(text))),
  };
}

function recordOf(error: unknown, redact: (text: string) => string): ErrorRecord {
  const known = error instanceof ReleaseError ? error : undefined;
  const cause = (error as Error | undefined)?.cause;
  const record: ErrorRecord = {
    code: known?.code ?? 'internal',
    what: redact(known?.what ?? messageOf(error)),
    why: known?.why ?? (known ? undefined : new ReleaseError('internal', { what: '' }).why),
    fix: known?.fix ?? (known ? undefined : new ReleaseError('internal', { what: '' }).fix),
  };
  if (cause !== undefined) record.cause = redact(messageOf(cause));
  return record;
}

/** Exit 0 for verdict `pass`, outcome `promoted`, and what was asked by hand; 1 otherwise. */
export function exitCodeOf(report: Report): 0 | 1 {
  if (report.errors.length > 0) return 1;
  return report.verdict === 'pass' || report.outcome === 'promoted' ? 0 : 1;
}

function writeReport(
  report: Report,
  env: Context['env'],
  redact: (text: string) => string,
): string | undefined {
  const folder = env.RUNNER_TEMP ?? '';
  if (!folder) return undefined;
  const path = join(folder, `${filePrefix}${report.action}-${process.pid}.json`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, `${redact(JSON.stringify(report, null, 2))}\n`);
  return path;
}

function writeSummaryFile(text: string, env: Context['env']): string | undefined {
  const folder = env.RUNNER_TEMP;
  if (!folder) return undefined;
  const path = join(folder, `${filePrefix}summary-${process.pid}.md`);
  writeFileSync(path, text);
  return path;
}

/**
 * The one place where an action meets the runner: signals become an AbortSignal, the report becomes outputs, summary,
 * annotation, last log line and exit code. An unexpected exception is a report as well.
 */
export async function runAction<Name extends ActionName>(name: Name, action: Action<Name>): Promise<void> {
  const env = process.env;
  // Until the end is written: a report that cannot be written is no success.
  process.exitCode = 1;
  const commands = createCommands(env, (text) => process.stdout.write(text));
  const secrets = createSecrets(commands.setSecret);
  const log = createLog(secrets, commands);
  const abort = new AbortController();
  const onSignal = (signal: NodeJS.Signals) =>
    abort.abort(new ReleaseError('cancelled', { what: `The run was cancelled (${signal}).` }));
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  // Of several calls at once the first failure is the report's; Node would print the others raw, past the redaction.
  process.on('unhandledRejection', (reason) => log.debug(`also failed: ${messageOf(reason)}`));
  if (env.ACTIONS_ID_TOKEN_REQUEST_TOKEN) secrets.add(env.ACTIONS_ID_TOKEN_REQUEST_TOKEN);

  const context = createContext(env, {
    log,
    signal: abort.signal,
    secrets,
    saveState: commands.saveState,
    state: commands.getState,
  });
  let finished: Finished<Name>;
  try {
    if (env.ACTIONS_ALLOW_UNSECURE_COMMANDS === 'true')
      throw new ReleaseError('input-invalid', {
        what: 'ACTIONS_ALLOW_UNSECURE_COMMANDS is set, which lets any printed line change the environment.',
        fix: 'Remove it from the workflow.',
      });
    finished = await action(context);
  } catch (error) {
    const report = newReport(name);
    const record = recordOf(error, secrets.redact);
    report.inputs = context.inputs.given;
    report.errors.push(record);
    report.reason = record.what;
    if (error instanceof ReleaseError) {
      Object.assign(report.evidence, error.evidence);
      report.findings = error.findings ?? [];
      const { problems } = report.evidence;
      if (problems && problems.length > 1) {
        // One line each here; the annotation at the end holds them all.
        for (const problem of problems) log.line(`✗ ${problem}`);
        report.reason = `${problems.length} inputs are wrong: ${problems.map((text) => text.split(':')[0]).join(', ')}.`;
      }
    }
    if (record.code === 'cancelled') report.outcome = 'cancelled';
    if (record.code === 'internal' && error instanceof Error)
      commands.debug(secrets.redact(error.stack ?? ''));
    finished = { report, view: () => failureView(report) };
  }
  try {
    await finish(finished, env, context.inputs.summary, { secrets, log, commands });
  } catch (error) {
    process.exitCode = 1;
    log.warning(
      `The end of this step could not be written, so it counts as failed: ${messageOf(error)}. It had come to: ${lastLineOf(finished.report)}`,
    );
  }
  closeConnections();
}

/** A login can fail in any action, and then the summary needs the token's claims. */
async function failureView(report: Report): Promise<View> {
  if (!report.evidence.login) return {};
  return { sections: [(await import('../domain/summary/login/section.ts')).loginSection] };
}

async function finish<Name extends ActionName>(
  finished: Finished<Name>,
  env: Context['env'],
  summaryMode: Context['inputs']['summary'],
  { secrets, log, commands }: { secrets: Secrets; log: Log; commands: Commands },
): Promise<void> {
  const { report } = finished;
  const path = writeReport(report, env, secrets.redact);
  const summary = async () => secrets.redact(summaryOf(report, await finished.view?.()));
  const { verdict, outcome, reason } = report;
  const common = { verdict, outcome, reason, report: path };
  const written = finished.commonOutputs ?? commonOutputs;
  const outputs = {
    ...Object.fromEntries(written.map((output) => [output, common[output]])),
    ...finished.outputs,
    ...(finished.summaryFile ? { summary_file: writeSummaryFile(await summary(), env) } : {}),
  };
  for (const [key, value] of Object.entries(outputs))
    if (value !== undefined) commands.setOutput(key, secrets.redact(String(value)));
  for (const [key, value] of Object.entries(finished.secretOutputs ?? {})) {
    secrets.add(value);
    commands.setOutput(key, value);
  }
  for (const [key, value] of Object.entries(finished.exports ?? {})) commands.exportVariable(key, value);
  const wanted = finished.summary === false ? 'never' : summaryMode;
  const exitCode = finished.exitCode ?? exitCodeOf(report);
  if (env.GITHUB_STEP_SUMMARY && (wanted === 'always' || (wanted === 'on-problem' && exitCode !== 0)))
    writeFileSync(env.GITHUB_STEP_SUMMARY, await summary(), { flag: 'a' });
  const annotation = finished.annotate === false ? undefined : annotationOf(report, exitCode);
  if (annotation) {
    const properties = {
      title: annotation.title,
      ...(annotation.file ? { file: annotation.file, startLine: annotation.line ?? 1 } : {}),
    };
    const text = secrets.redact(annotation.text);
    // Loaded only here: it brings undici along.
    const core = await import('@actions/core');
    if (annotation.level === 'error') core.error(text, properties);
    else if (annotation.level === 'warning') core.warning(text, properties);
    else core.notice(text, properties);
  }
  log.line(lastLineOf(report) + (path ? `  Report: ${path}` : ''));
  process.exitCode = exitCode;
}
