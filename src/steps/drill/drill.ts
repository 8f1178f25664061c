import type { AskedBucket } from '../../domain/drill/asked.ts';
import { type BucketFact, forbidsDeletion, type Way, waysOf } from '../../domain/drill/bucket.ts';
import { failoversFolder, resultsFolder } from '../../domain/drill/canary.ts';
import type { BucketEvidence, DrillEvidence } from '../../domain/drill/evidence.ts';
import { grantCommands, neededFor, restoreRole } from '../../domain/drill/permissions.ts';
import { judgeProtection } from '../../domain/drill/protect.ts';
import { judgeRestored } from '../../domain/drill/restored.ts';
import { inOrder, type Past, worstOf } from '../../domain/drill/trend.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { drillRules } from '../../domain/findings/rules/drill.ts';
import type { Verdict } from '../../domain/findings/verdict.ts';
import { spanText } from '../../domain/text/span.ts';
import { type Cleaned, cleanUp, notDone, nothingCleaned } from './clean-up.ts';
import type { DrillPorts, DrillRequest } from './ports.ts';
import { isRefusal, restoreOne, Stopped } from './restore.ts';
import { readResults, writeResult } from './results.ts';

export interface DrillResult {
  verdict: Verdict;
  reason: string;
  findings: Finding[];
  evidence: DrillEvidence;
}

/** Looks at the protection of every bucket and, if asked, loses and restores objects of its own in each. */
export async function drill(ports: DrillPorts, request: DrillRequest): Promise<DrillResult> {
  const evidence: DrillEvidence = {
    mode: request.mode,
    targets: request.targets,
    ...{ buckets: [], restored: [], trend: [], removed: 0, left: [], region: undefined },
  };
  const findings: Finding[] = [];
  if (request.balancer && ports.failover) {
    const { leftByEarlier } = await import('./failover-back.ts');
    findings.push(...(await leftByEarlier(ports.failover, request.balancer, request.signal)));
  }
  if (request.regions && ports.regions) {
    const { drillRegions } = await import('./regions.ts');
    const asked = { ...request.regions, signal: request.signal };
    const compared = await drillRegions(ports.regions, asked).catch(async (error: unknown) => {
      // Without the comparison there is no exercise, which would put back what an earlier one left.
      const { failover } = request;
      if (failover && ports.failover)
        await (await import('./failover-back.ts')).putBackEarlier(
          ports.failover,
          { project: failover.project, name: failover.backendService },
          request.signal,
        );
      throw error;
    });
    findings.push(...compared.findings);
    evidence.region = compared.evidence;
    if (request.failover && ports.failover) {
      const { exerciseFailover } = await import('./failover.ts');
      const { first, second, load } = request.regions;
      const moved = await exerciseFailover({ ...ports.failover, buckets: ports.buckets }, request.failover, {
        ...{ run: request.run, first, second, targets: request.targets, signal: request.signal },
        ...{ needed: load.needed, takes: compared.evidence.takes },
        found: compared.findings.map(({ title }) => title.replace(/\.$/, '')),
        results: { bucket: request.results, folder: failoversFolder(request.prefix) },
      });
      findings.push(...moved.findings);
      evidence.failover = moved.evidence;
    }
  }
  for (const asked of request.buckets) evidence.buckets.push(await readBucket(ports, request, asked));
  for (const { facts, copy } of evidence.buckets)
    findings.push(...judgeProtection({ bucket: facts, copy }, request.targets));
  if (request.mode === 'restore') {
    const cleaned = nothingCleaned();
    for (const bucket of evidence.buckets)
      findings.push(...(await drillBucket(ports, request, bucket, evidence, cleaned)));
    findings.push(...cleaned.findings);
    evidence.removed = cleaned.removed;
    evidence.left = [...new Set(cleaned.left)];
  }
  const result = judge(request, evidence, findings);
  evidence.trend = await trend(ports, request, result);
  return result;
}

async function readBucket(
  { buckets }: DrillPorts,
  { signal }: DrillRequest,
  { role, bucket, copy }: AskedBucket,
): Promise<BucketEvidence> {
  const read = async (name: string): Promise<BucketFact> => {
    const fact = await buckets.bucket(name, signal);
    if (fact) return fact;
    throw new ReleaseError('not-found', {
      what: `The bucket ${name} does not exist.`,
      fix: 'Correct the input drill_buckets.',
    });
  };
  return { role, facts: await read(bucket), copy: copy === undefined ? undefined : await read(copy) };
}

/** The restores of one bucket. What goes wrong in it is a finding, so that the other buckets are tried all the same. */
async function drillBucket(
  ports: DrillPorts,
  request: DrillRequest,
  { facts, copy }: BucketEvidence,
  evidence: DrillEvidence,
  cleaned: Cleaned,
): Promise<Finding[]> {
  const { name } = facts;
  const ways: Way[] = [...waysOf(facts), ...(copy ? (['copy'] as const) : [])];
  if (ways.length === 0) return [];
  const missing = await missingPermissions(ports, request, name, copy?.name, ways);
  if (missing.length > 0) return missing;
  if (forbidsDeletion(facts) || (copy && forbidsDeletion(copy))) return [kept(facts, copy)];
  const findings: Finding[] = [];
  const { prefix, run, signal } = request;
  const places = [name, ...(copy ? [copy.name] : [])];
  const guarded = async (what: string, does: () => Promise<void>) => {
    try {
      await does();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      findings.push(notDone(name, what, error instanceof Stopped ? error.message : error.what));
    }
  };
  // Each place by itself: one that refuses is no reason to leave objects in the other.
  const clean = async (which: 'own' | 'all', what: string) => {
    for (const bucket of places)
      await guarded(what, () => cleanUp(ports, { bucket, prefix, run, which }, cleaned, signal));
  };
  // What a killed run has left goes first, so that it cannot be mistaken for this run's.
  await clean('all', 'What an earlier drill left was not removed');
  for (const way of ways) {
    await guarded(`The restore of ${name} was not finished`, async () => {
      ports.log.line(`${name}: ${request.canaries} objects are written, deleted and restored (${way})`);
      const restored = await restoreOne(ports, request, { bucket: name, way, copy: copy?.name });
      evidence.restored.push(restored);
      findings.push(...judgeRestored(restored, request.targets));
    });
  }
  await clean('own', 'The objects of this drill were not removed');
  return findings;
}

async function missingPermissions(
  { buckets }: DrillPorts,
  { member, signal }: DrillRequest,
  bucket: string,
  copy: string | undefined,
  ways: readonly Way[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [name, needed] of neededFor(bucket, copy, ways)) {
    const held = await buckets.held(name, needed, signal);
    const missing = needed.filter((permission) => !held.includes(permission));
    if (missing.length === 0) continue;
    findings.push({
      ...ofRule(drillRules, 'drill-not-done'),
      about: [name, 'permissions'],
      title: `No restore was tried in ${bucket}: this login has no ${missing.join(', ')} on ${name}.`,
      fix: `Grant ${restoreRole} on ${name}${member === undefined ? '.' : ':'}`,
      commands: grantCommands(name, member),
    });
  }
  return findings;
}

function kept(bucket: BucketFact, copy: BucketFact | undefined): Finding {
  const held = forbidsDeletion(bucket) ? bucket : (copy ?? bucket);
  const by = held.retentionSeconds > 0 ? 'Its retention policy' : 'A hold that every new object gets';
  return {
    ...ofRule(drillRules, 'drill-kept'),
    about: [held.name],
    title: `Nothing was written in ${bucket.name}. ${by} in ${held.name} forbids the deletion that a drill needs${held.retentionLocked ? ', and it is locked' : ''}.`,
    fix: 'To see that a restore works, drill a bucket with the same settings and without retention.',
  };
}

function judge(request: DrillRequest, evidence: DrillEvidence, findings: Finding[]): DrillResult {
  const bad = findings.filter(({ severity }) => severity === 'critical' || severity === 'high');
  const open = findings.filter(({ rule }) => rule === 'drill-not-done');
  const count = evidence.buckets.length;
  const all = count === 1 ? (evidence.buckets[0]?.facts.name ?? '') : `${count} buckets`;
  const verdict: Verdict = bad.length > 0 ? 'fail' : open.length > 0 ? 'inconclusive' : 'pass';
  const done = evidence.restored.length;
  const region = evidence.region
    ? `${evidence.region.second} serves the same as ${evidence.region.first} and can take its load. `
    : '';
  const reason =
    verdict === 'pass'
      ? count === 0
        ? `${region}${failoverText(evidence)}`.trim()
        : request.mode === 'check'
          ? `What is deleted in ${all} can be brought back.`
          : done === 0
            ? `Nothing was restored in ${all}, because nothing may be deleted there.`
            : `${done} ${done === 1 ? 'restore' : 'restores'} of ${all} brought back every byte.`
      : (bad[0]?.title ?? open[0]?.title ?? '');
  const whole = verdict === 'pass' && count > 0 ? `${region}${failoverText(evidence)}${reason}` : reason;
  return { verdict, reason: whole, findings, evidence };
}

const failoverText = ({ failover }: DrillEvidence): string =>
  failover?.rto_seconds === undefined
    ? ''
    : `It answered in place of ${failover.from} after ${spanText(failover.rto_seconds)}. `;

/** Adds this drill to the results, and reads them all. Each is an object of its own that is never changed. */
async function trend(
  { buckets, clock, log }: DrillPorts,
  { prefix, results, run, mode, signal }: DrillRequest,
  result: DrillResult,
): Promise<Past[]> {
  const place = { bucket: results, folder: resultsFolder(prefix) };
  if (results === '') return [];
  const past: Past[] = [];
  const { restored } = result.evidence;
  try {
    const held = result.evidence.buckets.some(
      ({ facts }) => facts.name === results && forbidsDeletion(facts),
    );
    if (mode === 'restore' && restored.length > 0 && held)
      log.warning(
        `The result was not written, because nothing in ${results} may be deleted. Name another bucket in the input results_bucket.`,
      );
    else if (mode === 'restore' && restored.length > 0) {
      const now: Past = {
        ...{ run, at: clock.now(), passed: result.verdict === 'pass' },
        ...worstOf(restored),
      };
      past.push(now);
      await writeResult({ buckets }, place, now, { restored }, signal);
    }
    await readResults({ buckets }, place, past, signal);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // A login that may only look at buckets is enough for a check.
    if (mode === 'restore')
      log.warning(`The results of earlier drills are not in the summary: ${error.message}`);
  }
  return inOrder(past);
}
