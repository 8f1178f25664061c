import { parseName, shortName } from '../../domain/data/resource-name.ts';
import { userAgent } from '../../domain/product.ts';
import { newReport, type Report } from '../../domain/report/report.ts';
import { capital } from '../../domain/text/sentence.ts';
import { backText } from '../../domain/traffic/outside/facts.ts';
import { allocationText } from '../../domain/traffic/serving.ts';
import { createProber } from '../../http/probe.ts';
import type { Action, Finished } from '../../runner/action.ts';
import type { Context } from '../../runner/context.ts';
import { type SettlePorts, settle } from '../../steps/traffic/settle.ts';
import { openPlatform, type Platform } from '../login/platform.ts';
import { alive } from '../rollback/serving-proof.ts';
import { ownerOf, trafficPorts } from '../rollback/traffic-ports.ts';
import { type ReleaseInputs, readRelease } from './inputs.ts';
import { type Begun, endedWell, readBegun, readRecord, readRegionsBegun, wasSuperseded } from './saved.ts';

const afterView = async () => (await import('../../domain/summary/release/view.ts')).afterView;

/**
 * Runs after the step, however it ended. Settles what the step left open; after a cancel, verifies that it was settled. It
 * has no outputs: those of the job are the main step's.
 */
export const releasePost: Action<'release'> = async (context) => {
  const begun = readBegun(context);
  const open = readRegionsBegun(context)
    .map((one) => ({ begun: one, region: parseName(one.functionName).region ?? '' }))
    .filter(({ region }) => !endedWell(context, region));
  if (open.length === 0 && (!begun || endedWell(context))) {
    const report = newReport('release');
    report.verdict = 'pass';
    report.reason = 'Nothing to settle.';
    return { report, annotate: false, summary: false };
  }
  const inputs = await readRelease(context);
  context.inputs.done();
  const platform = openPlatform(context, inputs.login);
  if (open.length > 0) {
    const { settleRegions } = await import('./settle-regions.ts');
    return settleRegions(context, open, (one, region) => settleOne(context, platform, inputs, one, region));
  }
  return settleOne(context, platform, inputs, begun as Begun);
};

/** Settles one function. `region` is set if the release has several. */
async function settleOne(
  context: Context,
  platform: Platform,
  inputs: ReleaseInputs,
  begun: Begun,
  of?: string,
): Promise<Finished<'release'> & { report: Report<'release'> }> {
  const report = newReport('release');
  report.verdict = 'pass';
  const { project = '', region = '', name } = parseName(begun.functionName);
  const place = { project, region, name };
  const ports = trafficPorts(context, platform, inputs.githubToken, {
    place,
    kind: undefined,
    fromSource: false,
  });
  const service = (await ports.target.read(context.signal))?.service;
  report.target = { name, service: shortName(service) };
  if (!service) {
    report.reason = 'The function does not exist, so there is nothing to settle.';
    return { report, view: afterView, annotate: false };
  }
  const prober = createProber(platform.endpoints, userAgent(context.id));
  const ask: SettlePorts['alive'] = (url, signal) => alive(prober, platform, context.log, url, place, signal);
  const settled = await settle(
    { ...ports, alive: ask },
    {
      service,
      purpose: 'post',
      owner: ownerOf(context, inputs.jobId, begun.id),
      waitMs: 180_000,
      remembered: readRecord(context, of),
      signal: context.signal,
    },
  );
  const { model } = inputs.stages;
  const isSettled = settled.did !== 'wait' && settled.did !== 'hold';
  // Its code is loaded only if a model is named.
  const followed =
    model && isSettled
      ? await (await import('../model/follow.ts')).follow(context, platform, {
          ...{ asked: model, project, region, service, services: ports.services },
        })
      : undefined;
  const traffic = allocationText(settled.serving);
  const back = backText(settled.outside);
  const { gateway } = settled;
  report.findings = [...settled.findings, ...(gateway?.findings ?? []), ...(followed?.findings ?? [])];
  report.evidence.settled = { did: settled.did, reason: settled.reason, traffic };
  const moved = followed?.alias.did === 'moved' ? ` ${capital(followed.alias.reason)}.` : '';
  const front = gateway ? ` ${capital(gateway.reason)}.` : '';
  const verified = settled.answer ? ` ${capital(settled.answer.text)}.` : '';
  report.reason =
    settled.did === 'nothing'
      ? `Nothing was left open: ${traffic}.${front}${moved}`
      : `${settled.promoted ? 'promoted' : settled.did.replace('_', ' ')}: ${settled.reason}; traffic: ${traffic}${back ? `; put back: ${back}` : ''}.${verified}${front}${moved}`;
  // The main step has told of it, and nothing is left to do but to remove the tags.
  const tidied = settled.did === 'hands_off' && wasSuperseded(context, of);
  report.verdict =
    gateway?.verdict !== 'fail' &&
    (settled.did === 'nothing' || settled.did === 'put_back' || settled.promoted !== undefined || tidied)
      ? 'pass'
      : 'inconclusive';
  return { report, view: afterView, exitCode: 0, ...(tidied && !gateway ? { annotate: false } : {}) };
}
