import { RemoteError } from './remote-error.ts';
import type { Rest, RestCall } from './rest.ts';

/**
 * A person's Application Default Credentials belong to no project, and some APIs refuse them until a request names one to
 * count against (cloud.google.com/docs/authentication/adc-troubleshooting/user-creds). The refused request had no effect,
 * so it is sent again with the project. The header needs a permission of its own, so it is not sent before it is asked for.
 */
export function withQuotaProject(rest: Rest, project: string | undefined): Rest {
  if (!project) return rest;
  return {
    endpoints: rest.endpoints,
    requestReason: rest.requestReason,
    call: <T>(call: RestCall) =>
      rest.call<T>(call).catch((error: unknown) => {
        if (!asksForProject(error) || call.auth === 'none') throw error;
        return rest.call<T>({ ...call, headers: { ...call.headers, 'x-goog-user-project': project } });
      }),
  };
}

const asksForProject = (error: unknown): boolean =>
  error instanceof RemoteError &&
  error.status === 403 &&
  /requires a quota project/i.test(error.remoteMessage);
