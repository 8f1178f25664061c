import { perThousand } from '../../domain/capacity/cost.ts';
import type { CapacityEvidence, TrialEvidence } from '../../domain/capacity/evidence.ts';
import { type Axes, combine, type Point, pointText, samePoint } from '../../domain/capacity/point.ts';
import { changesTo, presentPoint } from '../../domain/capacity/proposal.ts';
import { trialName } from '../../domain/capacity/record.ts';
import { bestOf, isFinal, type Known, nextPoint, nextTest } from '../../domain/capacity/search.ts';
import { reasonOf, trialLine } from '../../domain/capacity/sentences.ts';
import { fewestCalls, percentileOf } from '../../domain/capacity/sequential.ts';
import { prices } from '../../domain/conformance/prices.ts';
import { objectOf, textOf } from '../../domain/data/json.ts';
import { parseName, shortName } from '../../domain/data/resource-name.ts';
import { mainContainer } from '../../domain/deploy/main-container.ts';
import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { capacityRules } from '../../domain/findings/rules/capacity.ts';
import type { Verdict } from '../../domain/findings/verdict.ts';
import type { Invocation } from '../../domain/invocation/refusal.ts';
import type { Owner } from '../ports/runs.ts';
import { readSuite } from '../smoke/read-suite.ts';
import { Budget, type Limits, type Tail } from './budget.ts';
import { type Load, type Measured, measure } from './measure.ts';
import type { CapacityPorts, Proved } from './ports.ts';
import { putBack } from './put-back.ts';
import { readMeasurable } from './read-service.ts';
import { makeTrial } from './trial.ts';

export interface CapacityRequest {
  /** projects/P/locations/L/services/S */
  service: string;
  axes: Axes;
  suite: string;
  quantile: number;
  limitMs: number;
  rate: number;
  warmMs: number;
  /** The chance of a wrong proposal, which all trials share. */
  error: number;
  maxTrials: number;
  limits: Omit<Limits, 'deadline'> & { withinMs: number };
  owner: Owner;
  /** Eight hex digits. */
  id: string;
  invocation?: Invocation | undefined;
  signal: AbortSignal;
}

export interface CapacityResult {
  verdict: Verdict;
  reason: string;
  findings: Finding[];
  evidence: CapacityEvidence;
  actions: string[];
}

/** How long the way back may take after the last measurement. */
const backMs = 240_000;
/** If the service is billed by instance, an idle instance may live this long. */
const idleSeconds = 900;
/** No call is sent while a revision starts. */
const starting: Tail = { callSeconds: 0, idleSeconds: 0 };

/**
 * Finds the cheapest configuration that keeps the objective at this rate. Each is measured on a revision of the image that serves, at 0 %,
 * behind a tag, as private as the service. Whatever happens, the service is put back as it was.
 */
export async function findCapacity(ports: CapacityPorts, request: CapacityRequest): Promise<CapacityResult> {
  const { clock, log } = ports;
  const { service: name, signal, rate, limitMs } = request;
  const { points, refused } = combine(request.axes);
  const cases = await readCases(ports, request.suite);
  const earlier = await putBack(ports, { service: name, withinMs: backMs, signal });
  if (earlier.did === 'alive')
    throw new ReleaseError('capacity-refused', {
      what: `${shortName(name)} is being measured: ${earlier.reason}.`,
      fix: 'Run the job again when that run is over.',
    });
  const actions: string[] = [];
  if (earlier.did === 'put_back') actions.push(`put back an interrupted measurement: ${earlier.reason}`);
  for (const what of actions) log.line(what);
  const { service, audience, revision: newest } = await readMeasurable(ports, name, signal);
  const template = objectOf(service.raw.template);
  const present = presentPoint(template);
  const test = { missRate: 1 - request.quantile, error: request.error / request.maxTrials };
  const started = clock.steady();
  const budget = new Budget({ ...request.limits, deadline: started + request.limits.withinMs }, clock);
  const tail = {
    callSeconds: (2 * limitMs) / 1000,
    idleSeconds: objectOf(mainContainer(template).resources).cpuIdle === false ? idleSeconds : 0,
  };
  const provePrivate = async () => {
    const proof = await ports.prove(signal);
    if (proof.exposure !== 'private') throw notPrivate(proof);
  };
  // A revision of a public service would be public too, so the first proof comes before the first write.
  await provePrivate();
  const load: Omit<Load, 'test'> = { suite: request.suite, cases, rate, limitMs, warmMs: request.warmMs };
  const known: Known[] = [];
  const trials: TrialEvidence[] = [];
  const expires = new Date(clock.now() + request.limits.withinMs + 2 * backMs).toISOString();
  const record = { v: 1 as const, ...request.owner, id: request.id, expires };
  let stopped: CapacityEvidence['stopped'];
  let last: string | undefined;
  let proved = false;
  let failure: unknown;
  log.line(
    `Configurations of ${shortName(name)} to choose from: ${points.length}.${refused.length > 0 ? ` Cloud Run does not offer ${refused.length} more.` : ''} At most ${request.limits.maxCalls} calls and $${request.limits.maxDollars}.`,
  );
  try {
    for (let serial = 1; ; serial++) {
      const point = nextPoint(points, known);
      if (!point) break;
      stopped = budget.spent(fewestCalls(test)) ?? (serial > request.maxTrials ? 'trials' : undefined);
      if (!stopped && !budget.affords(point, tail)) stopped = 'cost';
      if (stopped) break;
      // One instance starts, and its start is billed.
      budget.begin({ ...point, instances: 1 }, starting);
      const trial = await makeTrial(ports, name, point, {
        ...{ record, last, serial, signal },
        newest: newest.name,
      }).finally(() => budget.end());
      if (trial.problem !== 'illegal') last = trialName(shortName(name) ?? '', request.id, serial);
      if (trial.problem) {
        // What does not start with this size does not start with less memory either.
        const answer = trial.problem === 'illegal' ? 'illegal' : 'misses';
        known.push({ point, answer });
        trials.push({ ...nothingMeasured(point, rate), answer, note: trial.why.slice(0, 300) });
      } else {
        actions.push(`${trial.revision} made at 0 %: ${pointText(point)}`);
        if (!proved) {
          await provePrivate();
          proved = true;
        }
        budget.begin(point, tail);
        const target = { url: trial.url, audience, behindGoogle: true, invocation: request.invocation };
        const measured = await measure(
          { ...ports.smoke, random: ports.random },
          target,
          { ...load, test: nextTest(test, known) },
          { budget, signal },
        ).finally(() => budget.end());
        stopped = measured.stopped;
        trials.push(evidenceOf(point, rate, measured, request.quantile));
        if (stopped) break;
        known.push({ point, answer: measured.answer });
      }
      log.line(trialLine(trials.at(-1) as TrialEvidence));
    }
  } catch (error) {
    failure = error;
  }
  // The signal of a cancelled run is aborted already, and the service must still be put back.
  const back = await putBack(ports, { service: name, own: request.id, withinMs: backMs }).catch(
    (error: unknown) => {
      if (failure) log.warning(`The service was not put back: ${messageOf(error)}`);
      throw failure ?? error;
    },
  );
  if (failure) throw failure;
  if (back.did === 'put_back') actions.push(`put back: ${back.reason}`);
  log.line(`Put back: ${back.reason}.`);
  const found = bestOf(known);
  const evidence: CapacityEvidence = {
    service: shortName(name) ?? '',
    region: parseName(name).region ?? '',
    image: textOf(mainContainer(newest.raw).image),
    revision: newest.name,
    objective: { quantile: request.quantile, limit_ms: limitMs },
    requests_per_second: rate,
    confidence: 1 - request.error,
    trials,
    refused,
    found,
    present,
    // A maximum far above what the rate needs is never busy, so its price would compare with nothing.
    present_dollars_per_thousand:
      present && points.some((point) => samePoint(point, present)) ? perThousand(present, rate) : undefined,
    found_dollars_per_thousand: found && perThousand(found, rate),
    changes: found ? changesTo(found, present) : [],
    final: isFinal(points, known),
    calls: budget.calls,
    max_calls: request.limits.maxCalls,
    dollars: budget.dollars,
    max_dollars: request.limits.maxDollars,
    stopped,
    prices: { date: prices.date, page: prices.page.run },
    put_back: back.reason,
    left: back.left,
    measured_at: new Date(clock.now()).toISOString(),
  };
  return {
    verdict: found ? 'pass' : evidence.final ? 'fail' : 'inconclusive',
    reason: reasonOf(evidence),
    findings: findingsOf(evidence),
    evidence,
    actions,
  };
}

/** The cases that a load can repeat: those that send an image and expect a text. At most so many are kept in memory. */
const mostCases = 20;

async function readCases({ smoke }: CapacityPorts, file: string): Promise<Load['cases']> {
  const suite = await readSuite(smoke, file);
  const usable = suite.cases.filter(({ skip, expect }) => skip === undefined && expect.status.includes(200));
  if (usable.length === 0)
    throw new ReleaseError('suite-invalid', { what: `${file} has no case that expects an answer of 200.` });
  const cases: { item: Load['cases'][number]['item']; image: Uint8Array }[] = [];
  for (const item of usable.slice(0, mostCases)) {
    const image =
      item.image.kind === 'file' ? await smoke.files.read(item.image.path, file) : new Uint8Array(0);
    cases.push({ item, image });
  }
  return cases;
}

function notPrivate({ reason, findings }: Proved): ReleaseError {
  // What is low makes a proof more complete, and nothing here waits for it.
  const repairs = findings.filter(
    ({ severity, commands = [] }) => severity !== 'low' && severity !== 'info' && commands.length > 0,
  );
  return new ReleaseError('capacity-refused', {
    what: `The service is not proved private, so nothing is measured: ${reason}`,
    fix: [...repairs.map(({ title }) => title), 'Run the guard and close what it names.'].join(' '),
    commands: [...new Set(repairs.flatMap(({ commands = [] }) => commands))],
  });
}

const nothingMeasured = (point: Point, rate: number) => ({
  point,
  ...{ calls: 0, misses: 0, late: 0, wrong: 0, full: 0, unsent: 0 },
  dollars_per_thousand: perThousand(point, rate),
});

function evidenceOf(point: Point, rate: number, measured: Measured, quantile: number): TrialEvidence {
  const { tally, answer, late, wrong, full, unsent, firstAnswerMs } = measured;
  return {
    ...nothingMeasured(point, rate),
    answer,
    ...{ calls: tally.calls, misses: tally.misses, late, wrong, full, unsent },
    p50_ms: percentileOf(tally, 0.5),
    p95_ms: percentileOf(tally, 0.95),
    objective_ms: percentileOf(tally, quantile),
    first_answer_ms: firstAnswerMs,
  };
}

function findingsOf({ found, final, left }: CapacityEvidence): Finding[] {
  const findings: Finding[] = [];
  const add = (rule: keyof typeof capacityRules, title: string, fix: string) =>
    findings.push({ ...ofRule(capacityRules, rule), title, fix });
  if (!found && final)
    add(
      'capacity-none',
      capacityRules['capacity-none'].title,
      'Allow more CPU, memory or instances, lower the rate, or make the code faster.',
    );
  if (!final)
    add(
      'capacity-not-final',
      capacityRules['capacity-not-final'].title,
      'Raise max_calls, max_cost or measure_timeout, or give fewer values to choose from.',
    );
  if (left.length > 0)
    add(
      'capacity-left',
      `${left.join(', ')} could not be deleted.`,
      'Run the job again: it deletes them first.',
    );
  return findings;
}
