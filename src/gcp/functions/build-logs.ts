import type { JsonObject } from '../../domain/data/json.ts';
import { objectOf, textOf } from '../../domain/data/json.ts';
import { messageOf } from '../../domain/errors/errors.ts';
import { RemoteError } from '../../http/remote-error.ts';
import type { Rest } from '../../http/rest.ts';
import type { BuildLogs } from '../../steps/ports/build-logs.ts';
import type { Clock } from '../../steps/ports/clock.ts';

const buildId = /^[\w-]{1,100}$/;
const label = /^[a-z][a-z0-9-]{0,80}$/;

/**
 * The log of a build that has just failed often arrives late. Milliseconds to wait before each attempt to read its
 * first line.
 */
const waits = [0, 1000, 2000, 3000];

/**
 * Reads the ends of logs from Cloud Logging (resource types `build` and `cloud_run_revision`; needs
 * logging.logEntries.list).
 */
export function createBuildLogs(rest: Rest, clock: Clock): BuildLogs {
  async function read(project: string, filter: string, lines: number, signal: AbortSignal | undefined) {
    const { body } = await rest.call<JsonObject>({
      api: 'logging',
      method: 'POST',
      path: 'v2/entries:list',
      body: { resourceNames: [`projects/${project}`], filter, orderBy: 'timestamp desc', pageSize: lines },
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

  /** Waits a little for the first line. If the log cannot be read, returns the reason. */
  async function waitForLines(
    project: string,
    filter: string,
    lines: number,
    signal: AbortSignal | undefined,
  ) {
    try {
      for (const wait of waits) {
        if (wait > 0) await clock.sleep(wait, signal);
        const found = await read(project, filter, lines, signal);
        if (found.length > 0) return { lines: found };
      }
      return { lines: [], unreadable: 'it is still empty, or its lines go to another bucket.' };
    } catch (error) {
      if (signal?.aborted) throw error;
      const denied = error instanceof RemoteError && error.status === 403;
      const why = `the permission ${(denied && error.permission) || 'logging.logEntries.list'} is missing.`;
      return { lines: [], unreadable: denied ? why : messageOf(error) };
    }
  }

  return {
    tail: async (project, _location, build, lines, signal) =>
      buildId.test(build)
        ? waitForLines(
            project,
            `resource.type="build" AND resource.labels.build_id="${build}"`,
            lines,
            signal,
          )
        : { lines: [], unreadable: 'Google did not name the build.' },

    revision: async (project, location, revision, lines, signal) =>
      label.test(revision) && label.test(location)
        ? waitForLines(
            project,
            `resource.type="cloud_run_revision" AND resource.labels.location="${location}" AND resource.labels.revision_name="${revision}" AND (logName="projects/${project}/logs/run.googleapis.com%2Fstderr" OR logName="projects/${project}/logs/run.googleapis.com%2Fstdout")`,
            lines,
            signal,
          )
        : { lines: [], unreadable: 'Google did not name the revision.' },
  };
}
