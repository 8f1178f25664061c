import type { JsonObject } from '../../domain/data/json.ts';
import { objectOf, textOf } from '../../domain/data/json.ts';
import { messageOf } from '../../domain/errors/errors.ts';
import { RemoteError, type Rest } from '../../http/rest.ts';
import type { BuildLogs } from '../../steps/ports/build-logs.ts';
import type { Clock } from '../../steps/ports/clock.ts';

const buildId = /^[\w-]{1,100}$/;
const label = /^[a-z][a-z0-9-]{0,80}$/;

/** A build that has just failed is often ahead of its log: how long to wait for the first line, in milliseconds. */
const waits = [0, 1000, 2000, 3000];

/** Ends of logs as Cloud Logging has them (resource types `build` and `cloud_run_revision`; needs logging.logEntries.list). */
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

  /** Waits a little for the first line; a log that cannot be read is an answer with the reason. */
  async function patiently(project: string, filter: string, lines: number, signal: AbortSignal | undefined) {
    try {
      for (const wait of waits) {
        if (wait > 0) await clock.sleep(wait, signal);
        const found = await read(project, filter, lines, signal);
        if (found.length > 0) return { lines: found };
      }
      return { lines: [], unreadable: 'it has no line yet, or goes to a bucket of its own.' };
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
        ? patiently(project, `resource.type="build" AND resource.labels.build_id="${build}"`, lines, signal)
        : { lines: [], unreadable: 'Google named no build.' },

    revision: async (project, location, revision, lines, signal) =>
      label.test(revision) && label.test(location)
        ? patiently(
            project,
            `resource.type="cloud_run_revision" AND resource.labels.location="${location}" AND resource.labels.revision_name="${revision}" AND (logName="projects/${project}/logs/run.googleapis.com%2Fstderr" OR logName="projects/${project}/logs/run.googleapis.com%2Fstdout")`,
            lines,
            signal,
          )
        : { lines: [], unreadable: 'Google named no revision.' },
  };
}
