import { findingsOf } from '../../domain/smoke/results/findings.ts';
import {
  type CaseResult,
  cerOf,
  reasonOf,
  type SmokeEvidence,
  verdictOf,
} from '../../domain/smoke/results/result.ts';
import type { SmokeCase, Suite } from '../../domain/smoke/suite/model.ts';
import { pinsModels, suiteFor, thresholdsText } from '../../domain/smoke/thresholds.ts';
import { type Caller, createCaller } from './caller.ts';
import { compareWithChampion } from './champion.ts';
import { measureLatency } from './latency.ts';
import type { SmokePorts, SmokeRequest, SmokeResult } from './ports.ts';
import { runPreset, sendsOwnImage } from './presets/run-preset.ts';
import { readSuite } from './read-suite.ts';
import { notRun, type Ran, runCase } from './run-case.ts';
import { warmUp } from './warm-up.ts';

/** After this many cases in a row without an answer, the rest of the suite does not run. */
const givesUpAfter = 3;

const counted = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
const icons = { passed: '✓', failed: '✗', error: '?', skipped: '-' } as const;

function checkLine(result: CaseResult): string {
  const cer =
    result.score && result.score.length > 0 ? `CER ${(result.score.cer * 100).toFixed(2)} %` : undefined;
  const time = result.status === 'skipped' ? undefined : `${Math.round(result.milliseconds)} ms`;
  return [`${icons[result.status]} ${result.name}`, time, cer, result.note].filter(Boolean).join('  ');
}

/** The case that presets and the latency check use: the named one, else the first one that expects a text. */
function referenceOf(suite: Suite, name: string | undefined, needsFile = false): SmokeCase | undefined {
  if (name !== undefined) return suite.cases.find((item) => item.name === name);
  const usable = suite.cases.filter(
    (item) =>
      item.skip === undefined &&
      item.expect.status.includes(200) &&
      (!needsFile || item.image.kind === 'file'),
  );
  return (
    usable.find((item) => item.expect.text !== undefined && item.expect.text !== '') ??
    usable.find((item) => item.expect.contains.length > 0) ??
    usable[0]
  );
}

/** The suite, with the thresholds of the model that the revision carries. */
async function readSuiteFor(ports: SmokePorts, { suite: file, target, signal }: SmokeRequest) {
  const suite = await readSuite(ports, file);
  if (!pinsModels(suite)) return { suite, used: undefined };
  return suiteFor(suite, (await target.model?.(signal)) ?? []);
}

/** Runs checks one after the other, collects and logs their results, and stops if the function never answers. */
function createRunner(caller: Caller, results: CaseResult[], { log }: SmokePorts, { signal }: SmokeRequest) {
  let silentCases = 0;
  return async (
    item: Pick<SmokeCase, 'name' | 'place'>,
    kind: CaseResult['kind'],
    work: () => Promise<Ran>,
  ) => {
    signal?.throwIfAborted();
    const stopped =
      silentCases >= givesUpAfter
        ? 'Not run, because the function does not answer.'
        : caller.timeLeft() <= 0
          ? 'Not run, because the time for the smoke test is over.'
          : undefined;
    const { result, answered } = stopped
      ? { result: notRun(item, kind, 'error', stopped), answered: false }
      : await work();
    if (answered) silentCases = 0;
    else if (!stopped && kind === 'case' && result.status !== 'skipped') silentCases += 1;
    results.push(result);
    if (result.status === 'failed' || result.status === 'error')
      log.line(`✗ ${result.name}  ${result.failures[0]?.what ?? result.note ?? ''}`);
    else if (result.flaky)
      log.line(`✓ ${result.name}  at attempt ${result.attempts.length} (${result.attempts.join(', ')})`);
  };
}

/**
 * Runs a suite against a function. The first request is a warm-up that is measured separately and not judged. Checks run
 * one after the other. A request is repeated only if the attempt says nothing about the function (429, 503, a reset, a
 * timeout during a cold start), never because the text is wrong. Throws a SuiteError if the suite cannot be used.
 */
export async function smokeTest(ports: SmokePorts, request: SmokeRequest): Promise<SmokeResult> {
  const { clock, log } = ports;
  const started = clock.steady();
  const { suite, used: thresholds } = await readSuiteFor(ports, request);
  const results: CaseResult[] = [];
  const total =
    suite.cases.length + suite.presets.length + (suite.latency ? 1 : 0) + (suite.champion ? 1 : 0);
  const caller = createCaller(ports, request, () => `${results.length} of ${total} checks done`);
  const run = createRunner(caller, results, ports, request);
  const { origin, pathname } = new URL(request.target.url);
  log.line(
    `Smoke test: ${counted(suite.cases.length, 'case')} and ${counted(suite.presets.length, 'preset')} of ${suite.file} on ${origin}${pathname}`,
  );
  if (thresholds) log.line(`  ${thresholdsText(thresholds)}`);
  const reference = referenceOf(suite, undefined);
  if (reference) await warmUp(caller, reference, ports, request);
  for (const item of suite.cases) await run(item, 'case', () => runCase(caller, item, ports, request.target));
  for (const preset of suite.presets) {
    const needsFile = sendsOwnImage(preset.name);
    const item = referenceOf(suite, preset.caseName, needsFile);
    if (item) await run(preset, 'preset', () => runPreset({ caller, item, preset, ports, request }));
    else {
      const why = needsFile
        ? 'No case has an image file that this preset could use.'
        : 'No case of the suite can be used.';
      results.push(notRun(preset, 'preset', 'skipped', why));
    }
  }
  const { latency } = suite;
  const repeated = latency && referenceOf(suite, latency.caseName);
  let percentiles: SmokeEvidence['latency'];
  if (latency && repeated)
    await run({ name: 'latency', place: latency.place }, 'latency', async () => {
      const measured = await measureLatency({
        caller,
        item: repeated,
        latency,
        ports,
        target: request.target,
      });
      percentiles = measured.percentiles;
      return measured;
    });

  const { champion } = suite;
  let comparison: SmokeEvidence['champion'];
  if (champion)
    await run({ name: 'champion', place: champion.place }, 'champion', async () => {
      const compared = await compareWithChampion({
        ...{ champion, cases: suite.cases, results, ports, request },
        timeLeft: caller.timeLeft(),
      });
      comparison = compared.comparison;
      return compared;
    });

  const isFull = results.some(({ unreached }) => unreached?.by === 'capacity');
  // It only helps to explain, so it may fail.
  const supply = isFull ? await request.target.supply?.(request.signal).catch(() => undefined) : undefined;
  log.detail('Every check', results.map(checkLine));
  const evidence: SmokeEvidence = {
    suite: suite.name,
    file: suite.file,
    url: `${origin}${pathname}`,
    results,
    coldMs: caller.coldMs,
    latency: percentiles,
    cer: cerOf(results),
    milliseconds: clock.steady() - started,
    champion: comparison,
    thresholds,
  };
  return {
    verdict: verdictOf(results),
    reason: reasonOf(evidence),
    cases: results,
    findings: findingsOf(evidence, request.target.invocation, supply),
    evidence,
  };
}
