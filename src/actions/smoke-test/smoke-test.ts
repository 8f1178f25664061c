import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { functionPattern, revisionPattern, shortName } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { invocationOf } from '../../domain/invocation/refusal.ts';
import { filePrefix, suiteFile } from '../../domain/product.ts';
import { newReport, type Report, type Target } from '../../domain/report/report.ts';
import { annotationsOf } from '../../domain/smoke/results/annotations.ts';
import { ctrf } from '../../domain/smoke/results/ctrf.ts';
import { junit } from '../../domain/smoke/results/junit.ts';
import type { SmokeEvidence } from '../../domain/smoke/results/result.ts';
import { createServices } from '../../gcp/run/services.ts';
import { endpoints } from '../../http/endpoints.ts';
import { annotate } from '../../runner/annotate.ts';
import type { Context } from '../../runner/context.ts';
import type { Action, Finished } from '../../runner/run.ts';
import type { SmokePorts, SmokeResult, SmokeTarget } from '../../steps/smoke/ports.ts';
import { smokeTest as testFunction } from '../../steps/smoke/smoke-test.ts';
import { chooseTarget } from '../../steps/smoke/target.ts';
import { readLogin } from '../login/inputs.ts';
import { openPlatform } from '../login/platform.ts';
import { type LocalFunction, splitCommand, startLocal } from './local-function.ts';
import { createSmokePorts } from './ports.ts';
import { checkSuites } from './suite-problems.ts';

interface Opened {
  ports: SmokePorts;
  target: SmokeTarget;
  named: Target;
  local?: LocalFunction | undefined;
}

function readRequest(context: Context) {
  const { inputs, env } = context;
  const request = {
    suite: inputs.text('suite', { maxLength: 1000 }) ?? suiteFile,
    name: inputs.text('name', {
      pattern: functionPattern,
      expected: 'the name of a function, such as ocr-api',
    }),
    region: inputs.text('region', {
      pattern: /^[a-z]+-[a-z]+\d+$/,
      expected: 'a region such as us-central1',
    }),
    revision: inputs.text('revision', {
      pattern: revisionPattern,
      expected: 'a revision such as ocr-api-00042-duk',
    }),
    url: inputs.custom('url', (raw) => {
      const url = URL.canParse(raw) ? new URL(raw) : undefined;
      if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash)
        throw new Error('expected a URL such as https://ocr.example.com or http://127.0.0.1:8080');
      return url.href;
    }),
    command: inputs.custom('command', splitCommand),
    folder: inputs.text('working_directory', { maxLength: 1000 }) ?? '.',
    readyMs: (inputs.duration('ready_timeout') ?? 60) * 1000,
    settleMs: (inputs.duration('propagation_timeout') ?? 30) * 1000,
    deadlineMs: (inputs.duration('timeout') ?? 900) * 1000,
  };
  const ways = [request.name && 'name', request.url && 'url', request.command && 'command'].filter(Boolean);
  const given = inputs.given;
  if (ways.length === 0 && given.name === undefined && given.url === undefined && given.command === undefined)
    inputs.problem(
      'name: missing: expected the name of a deployed function, or url (without a token), or command (a local function)',
    );
  if (ways.length > 1) inputs.problem(`${ways.join(' and ')}: expected only one of them`);
  if (request.name && !request.region && given.region === undefined)
    inputs.problem('region: missing: expected a region such as us-central1');
  if (request.revision && !request.name) inputs.problem('revision: expected only together with name');
  // Not through the inputs: their values are part of the report.
  const expiredToken = env.INPUT_EXPIRED_TOKEN?.trim() || undefined;
  if (expiredToken) context.secrets.add(expiredToken);
  if (expiredToken && !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(expiredToken))
    inputs.problem('expired_token: expected an ID token: three parts with dots between, without "Bearer"');
  return { ...request, expiredToken };
}

type Request = ReturnType<typeof readRequest>;

/** Login, and the URL of this very function from the API: the only kind of URL that gets a token. */
async function openDeployed(
  context: Context,
  request: Request & { name: string },
  login: ReturnType<typeof readLogin>,
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

async function open(
  context: Context,
  request: Request,
  login: ReturnType<typeof readLogin>,
): Promise<Opened> {
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
  const request = readRequest(context);
  const login = readLogin(context.inputs, context.env, { optional: request.name === undefined });
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
