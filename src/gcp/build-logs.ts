import { objectOf, textOf } from '../domain/deploy/json.ts';
import { messageOf } from '../domain/errors.ts';
import { RemoteError, type Rest } from '../http/rest.ts';
import type { BuildLogs, Clock, JsonObject } from '../steps/ports.ts';

const buildId = /^[\w-]{1,100}$/;

/** A build that has just failed is often ahead of its log: how long to wait for the first line, in milliseconds. */
const waits = [0, 1000, 2000, 3000];

/** The end of a Cloud Build log, as Cloud Logging has it (resource type `build`; needs logging.logEntries.list). */
export function createBuildLogs(rest: Rest, clock: Clock): BuildLogs {
  async function read(project: string, build: string, lines: number, signal: AbortSignal | undefined) {
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
    return (Array.isArray(body.entries) ? body.entries : [])
      .map(objectOf)
      .map((entry) => textOf(entry.textPayload) ?? textOf(objectOf(entry.jsonPayload).message))
      .filter((line) => line !== undefined)
      .reverse();
  }

  return {
    tail: async (project, _location, build, lines, signal) => {
      if (!buildId.test(build)) return { lines: [], unreadable: 'Google named no build.' };
      try {
        for (const wait of waits) {
          if (wait > 0) await clock.sleep(wait, signal);
          const found = await read(project, build, lines, signal);
          if (found.length > 0) return { lines: found };
        }
        return { lines: [], unreadable: 'it has no line yet, or goes to a bucket of its own.' };
      } catch (error) {
        if (signal?.aborted) throw error;
        const denied = error instanceof RemoteError && error.status === 403;
        const why = `the permission ${(denied && error.permission) || 'logging.logEntries.list'} is missing.`;
        return { lines: [], unreadable: denied ? why : messageOf(error) };
      }
    },
  };
}
