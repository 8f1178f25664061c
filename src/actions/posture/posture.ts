import { sarifOf } from '../../domain/exposure/sarif.ts';
import { userAgent, version } from '../../domain/product.ts';
import { newReport } from '../../domain/report/report.ts';
import { createExposureSources } from '../../gcp/exposure/exposure-sources.ts';
import { createPostureSources } from '../../gcp/posture/posture-sources.ts';
import { rememberingRest } from '../../gcp/posture/remember.ts';
import { createServices } from '../../gcp/run/services.ts';
import { createProber } from '../../http/probe.ts';
import type { Action } from '../../runner/action.ts';
import { timingOf } from '../../runner/timing.ts';
import { posture as lookAtAll } from '../../steps/posture/posture.ts';
import { openPlatform } from '../login/platform.ts';
import { readEarlier, readPostureInputs } from './inputs.ts';
import { logResult } from './log-result.ts';

/** Turns `owner/repo/.github/workflows/x.yml@ref` into the path in the repository. */
const workflowPath = (ref: string | undefined): string | undefined =>
  /^[^/]+\/[^/]+\/(.+\.ya?ml)@/.exec(ref ?? '')?.[1];

/** Looks at every protection of a service, and changes nothing. */
export const posture: Action<'posture'> = async (context) => {
  const { login, call, earlier } = readPostureInputs(context);
  context.inputs.done();
  const before = readEarlier(earlier, context);
  const { rest: platformRest, endpoints, projectId, member, tokens } = openPlatform(context, login);
  const { log, clock, id, signal, env, secrets } = context;
  log.line(`What protects ${call.name} in ${projectId}/${call.region}? Nothing is changed.`);
  const started = clock.steady();
  const { rest, guard, spend, sent } = rememberingRest(platformRest);
  const ports = {
    clock,
    // The verdict of the guard is one row of many here, so its log would repeat it.
    log: { ...log, line: log.debug },
    prober: createProber(endpoints, userAgent(id, 'posture')),
    services: createServices(rest),
    exposure: createExposureSources(guard),
    posture: createPostureSources(rest, tokens.accessToken, spend),
  };
  const result = await lookAtAll(ports, {
    ...call,
    project: projectId,
    earlier: before,
    identity: member,
    signal,
  });
  const evidence = { ...result.evidence, calls: sent() };
  logResult(log, { ...result, evidence });

  const report = newReport('posture', { project: projectId, region: call.region, name: call.name });
  report.inputs = context.inputs.given;
  report.verdict = result.verdict;
  report.reason = result.reason;
  report.findings = result.findings;
  report.evidence.posture = evidence;
  report.timings.push(timingOf(context, 'posture', started, result.verdict));
  const count = (state: string) => evidence.rows.filter((row) => row.state === state).length;
  const sarif = sarifOf(secrets.redactAll(report), {
    action: 'posture',
    workflow: workflowPath(env.GITHUB_WORKFLOW_REF),
    version,
  });
  return {
    report,
    view: async () => (await import('../../domain/summary/posture/view.ts')).postureView,
    outputs: {
      bypassable: count('bypassable'),
      absent: evidence.rows.filter(
        ({ state, holes }) => state === 'absent' && holes.some(({ severity }) => severity !== 'info'),
      ).length,
      unknown: count('unknown'),
      worse: evidence.changes?.filter(({ direction }) => direction === 'worse').length,
    },
    files: { sarif: { name: `posture-${process.pid}.sarif`, text: `${JSON.stringify(sarif, null, 2)}\n` } },
  };
};
