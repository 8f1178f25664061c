import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { shortName } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { invocationOf } from '../../domain/invocation/refusal.ts';
import type { LoginRequest } from '../../domain/login/request.ts';
import { filePrefix } from '../../domain/product.ts';
import { newReport, type Report, type Target } from '../../domain/report/report.ts';
import { annotationsOf } from '../../domain/smoke/results/annotations.ts';
import { ctrf } from '../../domain/smoke/results/ctrf.ts';
import { junit } from '../../domain/smoke/results/junit.ts';
import type { SmokeEvidence } from '../../domain/smoke/results/result.ts';
import { createServices } from '../../gcp/run/services.ts';
import { endpoints } from '../../http/endpoints.ts';
import type { Action, Finished } from '../../runner/action.ts';
import { annotate } from '../../runner/annotate.ts';
import type { Context } from '../../runner/context.ts';
import type { SmokePorts, SmokeResult, SmokeTarget } from '../../steps/smoke/ports.ts';
import { smokeTest as testFunction } from '../../steps/smoke/smoke-test.ts';
import { chooseTarget } from '../../steps/smoke/target.ts';
import { openPlatform } from '../login/platform.ts';
import { readSmokeTest } from './inputs.ts';
import { type LocalFunction, startLocal } from './local-function.ts';
import { createSmokePorts } from './ports.ts';
import { checkSuites } from './suite-problems.ts';

interface Opened {
  ports: SmokePorts;
  target: SmokeTarget;
  named: Target;
  local?: LocalFunction | undefined;
}

type Request = Omit<ReturnType<typeof readSmokeTest>, 'login'>;

/** Login, and the URL of this very function from the API: the only kind of URL that gets a token. */
async function openDeployed(
  context: Context,
  request: Request & { name: string },
  login: LoginRequest,
): Promise<Opened> {
  const { rest, tokens, endpoints: found, projectId, invoker } = openPlatform(context, login);
  const { signal } = context;
  const region = request.region ?? '';
  const path = ['v2', 'projects', projectId, 'locations', region, 'functions', request.name]
    .map(encodeURIComponent)
    .join('/');
  const answer = await rest.call<{ serviceConfig?: { service?: string } }>({
    api: 'cloudfunctions',
    method: 'GET',
    path,
    accept: [404],
    signal,
  });
  const serviceName = answer.status === 404 ? undefined : answer.body.serviceConfig?.service;
  const service = serviceName === undefined ? undefined : await createServices(rest).get(serviceName, signal);
  if (!service)
    throw new ReleaseError('not-found', {
      what: `The function ${request.name} does not exist in ${projectId}/${region}${answer.status === 404 ? '' : ' as a second-generation function'}.`,
      fix: `Correct name, region or project_id: gcloud functions list --project=${projectId}`,
    });
  const target = chooseTarget(service, request.revision);
  context.log.line(`${request.name}: ${target.revision ?? 'split traffic'} at ${target.url}, ${target.why}`);
  const named = {
    project: projectId,
    region,
    name: request.name,
    service: shortName(serviceName),
    revision: target.revision,
  };
  const invocation = invocationOf(service.name, target.audience, invoker);
  return { ports: createSmokePorts(context, found, tokens), target: { ...target, invocation }, named };
}

async function open(context: Context, request: Request, login: LoginRequest): Promise<Opened> {
  const { env } = context;
  if (request.name !== undefined) return openDeployed(context, { ...request, name: request.name }, login);
  const ports = createSmokePorts(context, endpoints(env));
  if (request.url !== undefined) return { ports, target: { url: request.url }, named: {} };
  const folder = resolve(env.GITHUB_WORKSPACE || '.', request.folder);
  const started = context.clock.now();
  const local = await startLocal(context, request.command ?? [], { folder, readyMs: request.readyMs });
  context.log.line(
    `✓ ${request.command?.[0]} listens after ${((context.clock.now() - started) / 1000).toFixed(1)} s`,
  );
  return { ports, target: { url: local.url }, named: {}, local };
}

function writeFiles(evidence: SmokeEvidence, context: Context): { junit?: string; ctrf?: string } {
  const folder = context.env.RUNNER_TEMP;
  if (!folder) return {};
  mkdirSync(folder, { recursive: true });
  const base = join(folder, `${filePrefix}smoke-${process.pid}`);
  const redact = context.secrets.redact;
  writeFileSync(`${base}.junit.xml`, redact(junit(evidence)));
  writeFileSync(
    `${base}.ctrf.json`,
    `${redact(JSON.stringify(ctrf(evidence, context.clock.now()), null, 2))}\n`,
  );
  return { junit: `${base}.junit.xml`, ctrf: `${base}.ctrf.json` };
}

function finished(
  context: Context,
  result: SmokeResult,
  report: Report<'smoke-test'>,
): Finished<'smoke-test'> {
  const { evidence } = result;
  const count = (status: string) => result.cases.filter((item) => item.status === status).length;
  return {
    report,
    view: async () => (await import('../../domain/summary/smoke/section.ts')).smokeView,
    outputs: {
      passed: count('passed'),
      failed: count('failed') + count('error'),
      flaky: result.cases.filter((item) => item.flaky).length,
      cer: evidence.cer?.micro.toFixed(6),
      first_answer_ms: evidence.coldMs === undefined ? undefined : Math.round(evidence.coldMs),
      p95_ms: evidence.latency === undefined ? undefined : Math.round(evidence.latency.p95),
      ...writeFiles(evidence, context),
    },
    // Failures have their own annotations, at the suite's lines.
    annotate: annotationsOf(result.findings).length === 0,
  };
}

export const smokeTest: Action<'smoke-test'> = async (context) => {
  const { login, ...request } = readSmokeTest(context);
  context.inputs.done();
  const started = context.clock.now();
  let opened: Opened | undefined;
  try {
    // A wrong suite is told before a login, and before a command is started.
    const wrong = await checkSuites(context, 'smoke-test', [request.suite]);
    if (wrong) return wrong;
    opened = await open(context, request, login);
    const { suite, deadlineMs, settleMs, expiredToken } = request;
    const result = await testFunction(opened.ports, {
      suite,
      target: opened.target,
      deadlineMs,
      settleMs,
      expiredToken,
      signal: context.signal,
    });
    const report = newReport('smoke-test', opened.named);
    report.inputs = context.inputs.given;
    Object.assign(report, { verdict: result.verdict, reason: result.reason, findings: result.findings });
    report.evidence.smoke = result.evidence;
    report.timings.push({
      stage: 'smoke',
      startedAtSeconds: (started - context.startedAt) / 1000,
      seconds: (context.clock.now() - started) / 1000,
      verdict: result.verdict,
    });
    if (opened.local && result.verdict !== 'pass')
      context.log.detail('Last lines of the command', opened.local.printed().slice(-50));
    await annotate(annotationsOf(result.findings), context.secrets.redact);
    return finished(context, result, report);
  } finally {
    await opened?.local?.stop();
  }
};
