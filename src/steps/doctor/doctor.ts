import { textOf, valueAt } from '../../domain/data/json.ts';
import { shortAccount, shortName } from '../../domain/data/resource-name.ts';
import { runtimeSupport } from '../../domain/deploy/runtimes.ts';
import { type DoctorEvidence, type Examined, parts, worst } from '../../domain/doctor/check.ts';
import { judgeEnvironment } from '../../domain/doctor/environment.ts';
import { furtherUsed } from '../../domain/doctor/further.ts';
import { judgeLogs } from '../../domain/doctor/logs.ts';
import { ableOf, matrixOf } from '../../domain/doctor/matrix.ts';
import { judgeRuntime, notListed } from '../../domain/doctor/runtime.ts';
import { untriedText } from '../../domain/doctor/stand-in.ts';
import { messageOf } from '../../domain/errors/errors.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import type { Verdict } from '../../domain/findings/verdict.ts';
import type { PreflightEvidence } from '../../domain/preflight/row.ts';
import { plural } from '../../domain/text/sentence.ts';
import type { PreflightResult } from '../preflight/preflight.ts';
import { askFurther } from './further.ts';
import type { DoctorPorts, DoctorRequest } from './ports.ts';
import { rehearse } from './rehearse.ts';

export interface DoctorResult {
  verdict: Verdict;
  reason: string;
  findings: Finding[];
  evidence: DoctorEvidence;
  preflight: PreflightEvidence;
  /** projects/P/locations/L/services/S, if something of the name exists. */
  service: string | undefined;
}

/**
 * Examines everything that a release will need, as the identity that will run it. Changes nothing. Each part stands alone: what
 * cannot be read makes its own part unknown. Throws only if the login fails or the run is cancelled.
 */
export async function doctor(ports: DoctorPorts, request: DoctorRequest): Promise<DoctorResult> {
  const { signal } = request;
  const tried = await ports.preflight();
  const deployed = tried.live?.deployed;
  const service =
    deployed?.service === undefined ? undefined : await ports.services.get(deployed.service, signal);
  const skipped = (part: Examined['part'], text: string): Examined => ({
    part,
    state: 'skipped',
    text,
    findings: [],
  });
  const none = `Nothing named ${request.name} exists in ${request.region} yet.`;
  const alone = async (part: Examined['part'], look: () => Promise<Examined>): Promise<Examined> => {
    try {
      return await look();
    } catch (error) {
      if (signal.aborted) throw error;
      return { part, state: 'unknown', text: `It could not be looked at: ${messageOf(error)}`, findings: [] };
    }
  };
  const runtime = textOf(valueAt(deployed?.config ?? {}, 'buildConfig.runtime'));
  const held = ports.held();
  const asked = { project: request.project, service: service?.name, rows: tried.evidence.rows };
  const [further, ...examined] = await Promise.all([
    held === undefined ? [] : askFurther(held, asked, signal),
    alone(
      'login',
      async () =>
        (await ports.login()) ??
        skipped('login', 'This is not a login by GitHub, so there is no provider to examine.'),
    ),
    permissionsPart(tried, request.untried),
    alone('logs', () => logsPart(ports, request, service?.name)),
    alone('environment', () => environmentPart(ports, request)),
    alone('files', () => ports.files()),
    runtime === undefined
      ? skipped('runtime', deployed === undefined ? none : 'It is built without a runtime of Google.')
      : alone('runtime', async () => {
          const place = `projects/${request.project}/locations/${request.region}`;
          const list = await ports
            .runtimes(place, signal)
            .catch((error: unknown) => new Error(messageOf(error), { cause: error }));
          const live = list instanceof Error ? undefined : list;
          const support = runtimeSupport(live, runtime, request.today);
          if (support) return judgeRuntime(support, request.today);
          if (list === undefined) return skipped('runtime', notListed(runtime));
          throw live ? new Error(`Nobody says how long ${runtime} is supported.`) : (list as Error).cause;
        }),
    service === undefined
      ? skipped('rollback', none)
      : alone('rollback', () => rehearse(ports, service, request)),
  ]);
  const findings = examined.flatMap(({ findings: found }) => found);
  const checks = parts.flatMap((part) => {
    const one = examined.find((check) => check.part === part);
    return one ? [{ part, state: one.state, text: one.text }] : [];
  });
  return {
    ...verdictOf(checks, findings, request.untried),
    findings,
    evidence: {
      ...{ checks, matrix: matrixOf(tried.evidence.rows), further },
      used: [...new Set(ports.workflows().flatMap(furtherUsed))],
    },
    preflight: tried.evidence,
    service: service?.name,
  };
}

function verdictOf(
  checks: DoctorEvidence['checks'],
  findings: readonly Finding[],
  untried: string | undefined,
): { verdict: Verdict; reason: string } {
  const bad = checks.filter(({ state }) => state === 'bad');
  const unknown = checks.filter(({ state }) => state === 'unknown');
  const looked = checks.filter(({ state }) => state !== 'skipped').length;
  if (bad.length > 0) {
    const [first] = findings.filter(({ severity }) => severity === 'critical' || severity === 'high');
    return {
      verdict: 'fail',
      reason: `${bad.length} of ${plural(looked, 'part')} ${bad.length === 1 ? 'needs' : 'need'} a repair before a release: ${first?.title ?? bad[0]?.text}`,
    };
  }
  if (unknown.length > 0)
    return {
      verdict: 'inconclusive',
      reason: `Nothing is wrong in what could be read; ${unknown.length} of ${plural(looked, 'part')} could not: ${unknown[0]?.text}`,
    };
  const warned = findings.filter(({ severity }) => severity !== 'info').length;
  const rest = warned === 0 ? '' : `; ${warned === 1 ? 'one thing is' : `${warned} things are`} worth a look`;
  if (untried !== undefined)
    return {
      verdict: 'pass',
      reason: `Nothing is missing in ${plural(looked, 'part')}${rest}. What ${shortAccount(untried)} may do was not tried.`,
    };
  return {
    verdict: 'pass',
    reason: `A release has everything that it needs (${plural(looked, 'part')})${rest}.`,
  };
}

function permissionsPart({ evidence, findings }: PreflightResult, untried: string | undefined): Examined {
  const { able, lacking } = ableOf(matrixOf(evidence.rows));
  const state = worst(findings);
  const unread = evidence.rows.some((row) => row.state === 'unknown' && row.weight === 'stop');
  const text =
    state === 'bad'
      ? lacking.length > 0
        ? `This identity cannot do everything: ${lacking.join(', ')} would fail.`
        : (findings[0]?.title ?? 'A release would fail.')
      : `This identity may do what ${able.join(', ')} need.`;
  if (untried !== undefined && state === 'ok' && !unread)
    return { part: 'permissions', state: 'skipped', text: untriedText(untried), findings };
  return {
    part: 'permissions',
    state: state === 'ok' && unread ? 'unknown' : state,
    text: state === 'ok' && unread ? 'Some permissions could not be asked for.' : text,
    findings,
  };
}

async function logsPart(
  ports: DoctorPorts,
  { project, name, signal }: DoctorRequest,
  service: string | undefined,
): Promise<Examined> {
  const short = service === undefined ? name : shortName(service);
  const [logs, sink] = await Promise.all([
    ports.sources.logs(project, short, signal),
    ports.sources.sink(project, signal),
  ]);
  return judgeLogs(
    logs.ok ? { ok: true } : { ok: false, detail: logs.detail },
    sink.ok ? sink.value : undefined,
    { project, service: short },
  );
}

async function environmentPart(ports: DoctorPorts, request: DoctorRequest): Promise<Examined> {
  const place = request.environment();
  if (place === undefined)
    return {
      part: 'environment',
      state: 'skipped',
      text: 'This run has no environment of GitHub.',
      findings: [],
    };
  const rule = await ports.branches(place.repository, place.environment);
  return judgeEnvironment(
    place.repository,
    place.environment,
    rule.ok ? rule.value : { kind: 'unread', why: rule.detail },
  );
}
