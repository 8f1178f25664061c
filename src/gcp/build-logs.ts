import { objectOf, textOf } from '../domain/deploy/json.ts';
import { messageOf } from '../domain/errors.ts';
import { RemoteError, type Rest } from '../http/rest.ts';
import type { BuildLogs, JsonObject } from '../steps/ports.ts';

const buildId = /^[\w-]{1,100}$/;

/** The end of a Cloud Build log, as Cloud Logging has it (resource type `build`; needs logging.logEntries.list). */
export function createBuildLogs(rest: Rest): BuildLogs {
  return {
    tail: async (project, _location, build, lines, signal) => {
      if (!buildId.test(build)) return { lines: [], unreadable: 'Google named no build.' };
      try {
        const { body } = await rest.call<JsonObject>({
          api: 'logging',
          method: 'POST',
          path: 'v2/entries:list',
          body: {
            resourceNames: [`projects/${project}`],
            filter: `resource.type="build" AND resource.labels.build_id="${build}"`,
            orderBy: 'timestamp desc',
            pageSize: lines,
          },
          retry: 'read',
          deadlineMs: 15_000,
          attemptMs: 8_000,
          signal,
        });
        const entries = (Array.isArray(body.entries) ? body.entries : []).map(objectOf);
        const found = entries
          .map((entry) => textOf(entry.textPayload) ?? textOf(objectOf(entry.jsonPayload).message))
          .filter((line) => line !== undefined);
        return found.length > 0
          ? { lines: found.reverse() }
          : { lines: [], unreadable: 'it has no line yet, or goes to a bucket of its own.' };
      } catch (error) {
        if (signal?.aborted) throw error;
        const denied = error instanceof RemoteError && error.status === 403;
        return {
          lines: [],
          unreadable: denied
            ? `the permission ${error.permission ?? 'logging.logEntries.list'} is missing.`
            : messageOf(error),
        };
      }
    },
  };
}
