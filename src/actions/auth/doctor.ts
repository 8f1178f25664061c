import type { Verdict } from '../../domain/findings/verdict.ts';
import type { Claims } from '../../domain/login/claims.ts';
import type { IdentityFacts } from '../../domain/login/doctor/facts.ts';
import { LoginError, loginEvidence } from '../../domain/login/failure/login-error.ts';
import type { LoginRequest } from '../../domain/login/request.ts';
import { userAgent } from '../../domain/product.ts';
import type { Report } from '../../domain/report/report.ts';
import { readIdentity } from '../../gcp/login/identity-reader.ts';
import { nextSubjectPrefix } from '../../github/oidc-subject.ts';
import type { Context } from '../../runner/context.ts';
import { examineRefusal, examineSetUp } from '../../steps/login/doctor.ts';
import { earlierLogin } from '../login/earlier-login.ts';
import { openPlatform, type Platform } from '../login/platform.ts';
import { givenProvider } from './mapped-subject.ts';

/** The login that the doctor examines. */
interface Patient {
  login: LoginRequest;
  providerFile: string | undefined;
  githubToken: string | undefined;
}

/** Examines a failed login. Returns the error to throw, with the findings of the doctor. */
export async function examineFailure(
  context: Context,
  platform: Platform,
  patient: Patient,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof LoginError) || context.signal.aborted) return error;
  let shown = error;
  let findings: Report['findings'] = [];
  if (error.claims) {
    const { claims } = error;
    const ports = { read: () => readFacts(context, platform, patient, claims, error), log: context.log };
    try {
      ({ error: shown, findings } = await examineRefusal(ports, error));
    } catch (trouble) {
      // An error of the doctor must not hide the failure of the login.
      context.log.debug(`doctor: ${String(trouble)}`);
    }
  }
  shown.evidence = loginEvidence(shown, patient.login.provider?.name);
  shown.findings = findings.filter(({ severity }) => severity !== 'info');
  return shown;
}

/** Examines a login that works. Adds the findings to the report and returns `fail` if a stranger could get in. */
export async function examineLogin(
  context: Context,
  platform: Platform,
  patient: Patient,
  report: Report,
): Promise<Verdict> {
  const claims = platform.tokens.claims() ?? {};
  const { findings, verdict } = await examineSetUp({
    read: () => readFacts(context, platform, patient, claims),
    log: context.log,
  });
  report.findings.push(...findings);
  return verdict;
}

async function readFacts(
  context: Context,
  platform: Platform,
  patient: Patient,
  claims: Claims,
  error?: LoginError,
): Promise<IdentityFacts> {
  const { login } = patient;
  const [found, prefix] = await Promise.all([
    readIdentity({
      rest: platform.rest,
      request: login,
      bearers: await bearersFor(context, platform, login, error),
      givenProvider: givenProvider(patient.providerFile, context.log),
      signal: context.signal,
    }),
    patient.githubToken && typeof claims.repository === 'string' && context.env.GITHUB_API_URL
      ? nextSubjectPrefix({
          apiUrl: context.env.GITHUB_API_URL,
          repository: claims.repository,
          token: patient.githubToken,
          endpoints: platform.endpoints,
          userAgent: userAgent(context.id),
          signal: context.signal,
        })
      : undefined,
  ]);
  return {
    request: login,
    claims,
    clockAheadSeconds: error?.failure.clockAheadSeconds,
    nextSubjectPrefix: prefix,
    ...found,
  };
}

/** Tokens that the doctor can read with: those of this login, as far as it got, and that of an earlier step. */
async function bearersFor(
  context: Context,
  platform: Platform,
  login: LoginRequest,
  error?: LoginError,
): Promise<string[]> {
  const tokens: (() => Promise<{ token: string }>)[] = [];
  if (!error) tokens.push(() => platform.tokens.access());
  if (error?.failure.stage !== 'sts') tokens.push(() => platform.tokens.federated());
  const earlier = earlierLogin(context.env, login);
  if (earlier) {
    const quiet = { line: () => {}, warning: () => {}, detail: () => {}, debug: context.log.debug };
    const other = openPlatform({ ...context, log: quiet }, { ...earlier, propagationSeconds: 0 });
    tokens.push(() => other.tokens.access());
  }
  const settled = await Promise.allSettled(tokens.map((token) => token()));
  return [
    ...new Set(settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value.token] : []))),
  ];
}
