import { readLogin } from '../actions/login/inputs.ts';
import { openPlatform, type Platform } from '../actions/login/platform.ts';
import { type Basis, basisOf, isPlain } from '../domain/basis/basis.ts';
import { basisSentences } from '../domain/basis/sentences.ts';
import type { Context } from '../runner/context.ts';

/** The clients of Google Cloud for a verb that is no twin of an action. */
export function openGoogle(context: Context, project: string | undefined): Platform {
  const login = readLogin(context, {
    project_id: project,
    workload_identity_provider: undefined,
    service_account: undefined,
    invoker_service_account: undefined,
    audience: undefined,
    delegates: undefined,
    universe: undefined,
    trusted_endpoints: undefined,
    request_reason: undefined,
  });
  context.inputs.done();
  const basis = restsOn(context);
  if (!isPlain(basis))
    for (const sentence of basisSentences(basis))
      context.log.line(`This rests on more than Google Cloud: ${sentence}`);
  return openPlatform(context, login);
}

/** What the answers rely on besides Google Cloud, such as endpoints that a variable names. The login of this machine is no concern. */
export function restsOn({ env, localLogin }: Pick<Context, 'env' | 'localLogin'>): Basis {
  return basisOf(env, { universe: undefined, logsInHere: localLogin !== undefined });
}
