import { readLogin } from '../actions/login/inputs.ts';
import { openPlatform, type Platform } from '../actions/login/platform.ts';
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
  return openPlatform(context, login);
}
