import { ReleaseError } from '../../domain/errors/errors.ts';
import { readText } from '../../domain/smoke/answer-text.ts';
import { judge } from '../../domain/smoke/judge.ts';
import { findingsOf } from '../../domain/smoke/results/findings.ts';
import {
  type CaseResult,
  cerOf,
  reasonOf,
  type SmokeEvidence,
  statusOf,
  verdictOf,
} from '../../domain/smoke/results/result.ts';
import type { SmokeCase, Suite } from '../../domain/smoke/suite/model.ts';
import { parseSuite, type SuiteProblem } from '../../domain/smoke/suite/suite.ts';
import { type Caller, createCaller } from './caller.ts';
import { measureLatency } from './latency.ts';
import type { SmokePorts, SmokeRequest, SmokeResult } from './ports.ts';
import { ownImage, runPreset } from './presets.ts';
import { warmUp } from './warm-up.ts';

export type {
  SmokePorts,
  SmokeRequest,
  SmokeResult,
  SmokeTarget,
  SuiteFiles,
} from './ports.ts';

/** A suite file that cannot be used; every problem has its place for an annotation. */
export class SuiteError extends ReleaseError {
  readonly problems: readonly SuiteProblem[];
  readonly file: string;

  constructor(file: string, problems: readonly SuiteProblem[]) {
    const shown = problems
      .slice(0, 8)
      .map(
        (problem) =>
          `${file}:${problem.line}:${problem.column}: ${problem.message} [${problem.quoted.trim()}]`,
      );
    const more = problems.length > shown.length ? ` And ${problems.length - shown.length} more.` : '';
    super('suite-invalid', { what: `${shown.join(' ')}${more}` });
    this.problems = problems;
    this.file = file;
  }
}

/** After so many requests in a row without any answer the rest is not tried. */
const givesUpAfter = 3;
const keptText = 4000;

/** Files that the suite names and that cannot be read: found before anything is sent, all at once. */
async function missingFiles(
  { files }: Pick<SmokePorts, 'files'>,
  suite: Suite,
  source: string,
): Promise<SuiteProblem[]> {
  const lines = source.split(/\r?\n/);
  const problems: SuiteProblem[] = [];
  for (const { skip, image, expect, filePlaces } of suite.cases) {
    if (skip !== undefined) continue;
    const named = [
      [image.kind === 'file' ? image.path : undefined, filePlaces.image],
      [expect.textFile, filePlaces.text],
    ] as const;
    for (const [path, place] of named) {
      const message = path === undefined ? undefined : await files.problem?.(path, suite.file);
      if (message !== undefined)
        problems.push({ ...place, message, quoted: (lines[place.line - 1] ?? '').slice(0, 200) });
    }
  }
  return problems;
}

export async function readSuite(ports: Pick<SmokePorts, 'files'>, file: string): Promise<Suite> {
  const source = new TextDecoder('utf-8').decode(await ports.files.read(file));
  const parsed = parseSuite(source, file);
  if (!parsed.suite) throw new SuiteError(file, parsed.problems);
  const { suite } = parsed;
  const missing = await missingFiles(ports, suite, source);
  if (missing.length > 0) throw new SuiteError(file, missing);
  for (const item of suite.cases)
    if (item.expect.textFile !== undefined)
      item.expect.text = new TextDecoder('utf-8').decode(await ports.files.read(item.expect.textFile, file));
  return suite;
}

function unanswered(
  item: Pick<SmokeCase, 'name' | 'place'>,
  kind: CaseResult['kind'],
  note: string,
): CaseResult {
  return {
    kind,
    name: item.name,
    place: item.place,
    status: 'error',
    flaky: false,
    attempts: [],
    milliseconds: 0,
    failures: [],
    note,
  };
}

const counted = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
const symbols = { passed: '✓', failed: '✗', error: '?', skipped: '-' } as const;

function checkLine(result: CaseResult): string {
  const cer =
    result.score && result.score.length > 0 ? `CER ${(result.score.cer * 100).toFixed(2)} %` : undefined;
  const time = result.status === 'skipped' ? undefined : `${Math.round(result.milliseconds)} ms`;
  return [`${symbols[result.status]} ${result.name}`, time, cer, result.note].filter(Boolean).join('  ');
}

async function runCase(caller: Caller, item: SmokeCase, ports: SmokePorts): Promise<CaseResult> {
  const base = {
    kind: 'case' as const,
    name: item.name,
    place: item.place,
    flaky: false,
    attempts: [],
    milliseconds: 0,
    failures: [],
  };
  if (item.skip !== undefined) return { ...base, status: 'skipped', note: item.skip };
  const { attempt, attempts } = await caller.call(item);
  if (!attempt.answer) {
    const { cause, what, milliseconds } = attempt.none;
    // A function that hangs or drops the connection has failed; one that could not be reached is unknown.
    const failed = cause === 'timeout' || cause === 'reset' || cause === 'other';
    return {
      ...base,
      attempts,
      milliseconds,
      status: failed ? 'failed' : 'error',
      failures: [{ check: 'answer', what }],
      note: what,
    };
  }
  const judged = judge(item, attempt.answer, readText(attempt.answer, item.text), ports.match);
  return {
    ...base,
    attempts,
    status: statusOf(judged.failures),
    flaky: judged.failures.length === 0 && attempts.length > 1,
    milliseconds: attempt.answer.milliseconds,
    failures: judged.failures,
    score: judged.score,
    policy: item.policy,
    expected: item.expect.text?.slice(0, keptText),
    recognised: judged.text?.slice(0, keptText),
  };
}

/** The case that presets and latency use: the named one, else the first that expects a text. */
function referenceOf(suite: Suite, name: string | undefined, wantsFile = false): SmokeCase | undefined {
  const runnable = suite.cases.filter(
    (item) =>
      item.skip === undefined &&
      item.expect.status.includes(200) &&
      (!wantsFile || item.image.kind === 'file'),
  );
  if (name !== undefined) return suite.cases.find((item) => item.name === name);
  return (
    runnable.find((item) => item.expect.text !== undefined && item.expect.text !== '') ??
    runnable.find((item) => item.expect.contains.length > 0) ??
    runnable[0]
  );
}

/**
 * Runs a suite against a function. The first request is a warm-up, measured apart and not judged. Cases run one after
 * the other; retries by cause only (429, 503, resets, cold-start timeouts), never for a wrong text.
 */
export async function smokeTest(ports: SmokePorts, request: SmokeRequest): Promise<SmokeResult> {
  const { clock, log } = ports;
  const started = clock.now();
  const suite = await readSuite(ports, request.suite);
  const results: CaseResult[] = [];
  const total = suite.cases.length + suite.presets.length + (suite.latency ? 1 : 0);
  const caller = createCaller(ports, request, () => `${results.length} of ${total} checks done`);
  const url = new URL(request.target.url);
  let silent = 0;

  const run = async (
    item: Pick<SmokeCase, 'name' | 'place'>,
    kind: CaseResult['kind'],
    work: () => Promise<CaseResult>,
  ) => {
    request.signal?.throwIfAborted();
    const stopped =
      silent >= givesUpAfter
        ? 'Not run: the function answers nothing.'
        : caller.timeLeft() <= 0
          ? 'Not run: the time for the smoke test is over.'
          : undefined;
    const result = stopped ? unanswered(item, kind, stopped) : await work();
    if (!stopped && result.status !== 'skipped')
      silent =
        result.attempts.length > 0 && /^\d/.test(result.attempts.at(-1) ?? '')
          ? 0
          : silent + (kind === 'case' ? 1 : 0);
    results.push(result);
    if (result.status === 'failed' || result.status === 'error')
      log.line(`✗ ${result.name}  ${result.failures[0]?.what ?? result.note ?? ''}`);
    else if (result.flaky)
      log.line(`✓ ${result.name}  at attempt ${result.attempts.length} (${result.attempts.join(', ')})`);
  };

  const reference = referenceOf(suite, undefined);
  log.line(
    `Smoke test: ${counted(suite.cases.length, 'case')} and ${counted(suite.presets.length, 'preset')} of ${suite.file} on ${url.origin}${url.pathname}`,
  );
  if (reference) await warmUp(caller, reference, ports, request);
  for (const item of suite.cases) await run(item, 'case', () => runCase(caller, item, ports));
  for (const preset of suite.presets) {
    const item = referenceOf(suite, preset.caseName, ownImage.has(preset.name));
    if (item)
      await run({ name: preset.name, place: preset.place }, 'preset', () =>
        runPreset({ caller, item, preset, ports, request }),
      );
    else
      results.push({
        ...unanswered(
          { name: preset.name, place: preset.place },
          'preset',
          ownImage.has(preset.name)
            ? 'No case with an image file can be used.'
            : 'No case of the suite can be used.',
        ),
        status: 'skipped',
      });
  }
  const { latency } = suite;
  const repeated = latency && referenceOf(suite, latency.caseName);
  let measured: SmokeEvidence['latency'];
  if (latency && repeated)
    await run({ name: 'latency', place: latency.place }, 'latency', async () => {
      const outcome = await measureLatency({ caller, item: repeated, latency, ports });
      measured = outcome.percentiles;
      return outcome.result;
    });

  log.detail('Every check', results.map(checkLine));
  const seen = {
    suite: suite.name,
    file: suite.file,
    url: `${url.origin}${url.pathname}`,
    results,
    coldMs: caller.coldMs,
    latency: measured,
    cer: cerOf(results),
  };
  const evidence: SmokeEvidence = { ...seen, milliseconds: clock.now() - started };
  return {
    verdict: verdictOf(results),
    reason: reasonOf(seen),
    cases: results,
    findings: findingsOf(evidence, request.target.invocation),
    evidence,
  };
}
